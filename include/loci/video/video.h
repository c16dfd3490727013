// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/exif.h"
#include "loci/image/image.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loci {

struct VideoOptions {
  double every_s = 0;    ///< leave out frames that come sooner than this after the last one
  int every_frames = 1;  ///< of all frames take the first of so many
  /// Bags: the topic of the images; may be empty where only one has images that can be read.
  std::string topic = {};
  bool positions = false;  ///< bags: look for positions in sensor_msgs/NavSatFix
  /// InvalidArgument for times and counts below 0 s and 1 frame.
  Status validate() const;
};

struct VideoFrame {
  double stamp_s = 0;  ///< since the start of the video, of a bag since its first image
  Image image;
  PhotoInfo photo = {};  ///< bags: the date where there is one, and the position that was asked for
  /// Bags, with positions: of the camera, as of film whose diagonal is 43.27 mm.
  std::optional<double> focal_35mm = {};
};

/// Frames of a file that holds many, in the order of their time.
/// Threads: one at a time
class VideoReader {
 public:
  virtual ~VideoReader() = default;
  /// Nothing at the end. Corrupt when the file holds no frame that can be decoded.
  virtual Result<std::optional<VideoFrame>> next() = 0;
  /// The clock's time of stamp 0 where the file states it (bags do: the stamp in the header of the
  /// image, else the time of recording, seconds since 1970), else 0.
  virtual double start_s() const { return 0; }
  /// At the end: what was left out because it could not be read, if anything; for people.
  virtual std::string note() const { return {}; }
};

/// Opens a file of many frames: a video of a kind that FFmpeg reads, or a bag with sensor_msgs/Image or CompressedImage, of
/// ROS 1 (format 2.0) or ROS 2 (.db3, .mcap, or the folder of a recording; bz2, lz4, zstd where the build has them). Bags
/// are read one message at a time. Videos come through a plugin (libloci_video_plugin.so, built where OpenCV's videoio
/// is), loaded by the first call that needs it, so that nobody else pays for it.
/// Errors:  NotFound; InvalidArgument for options out of range, or where a topic must be chosen,
///          with a list of them; Corrupt for what is no video or bag, and for a bag without images;
///          Unsupported without the plugin, and for encodings and compressions that are not read
Result<std::unique_ptr<VideoReader>> open_video(const std::string& path,
                                                const VideoOptions& options = {});

/// Extensions of files that are taken for videos or bags: ".mp4", ".avi", ".bag", ".mcap", ...
const std::vector<std::string>& video_extensions();
bool is_video_name(const std::string& path);
/// Is it a file of many frames? By its content; by its name where that says nothing. A folder is one where it is a
/// rosbag2 recording, and none else, whatever its name, nor is a photograph that is named like a video.
bool is_video_file(const std::string& path);

/// "walk.mp4#t=12.40": the frame at a time, as a media fragment (W3C Media Fragments 1.0, 4.2.1).
std::string video_frame_name(const std::string& path, double stamp_s, int decimals = 2);

/// Decimals of a second that keep the names of frames apart and in their natural order: two where they are at least 20 ms
/// apart by the options, else six.
int frame_decimals(const VideoOptions& options);

/// Names of a video's frames, all different: those that would be equal are told apart by a microsecond.
class FrameNames {
 public:
  /// A path so long that a name made of it would be none (255 bytes) is shortened.
  FrameNames(const std::string& path, int decimals);
  std::string next(double stamp_s);

 private:
  std::string path_;
  int decimals_;
  int64_t last_us_;
};

}  // namespace loci
