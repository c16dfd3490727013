// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loci {

struct VideoOptions {
  double every_s = 0;    ///< leave out frames that come sooner than this after the last one
  int every_frames = 1;  ///< of all frames take the first of so many
};

struct VideoFrame {
  double stamp_s = 0;  ///< since the start of the video
  Image image;
};

/// Frames of a file that holds many, in the order of their time.
/// Threads: one at a time
class VideoReader {
 public:
  virtual ~VideoReader() = default;
  /// Nothing at the end. Corrupt when the file holds no frame that can be decoded.
  virtual Result<std::optional<VideoFrame>> next() = 0;
};

/// Opens a video file by what FFmpeg reads. The code that does it is a plugin
/// (libloci_video_plugin.so, built where OpenCV's videoio is), loaded by the first call, so that
/// programs that read no video do not pay for it. Errors: NotFound; InvalidArgument for options out
/// of range; Corrupt for what is no video;
///         Unsupported without the plugin
Result<std::unique_ptr<VideoReader>> open_video(const std::string& path,
                                                const VideoOptions& options = {});

/// Extensions of files that are taken for videos: ".mp4", ".avi", ...
const std::vector<std::string>& video_extensions();
bool is_video_name(const std::string& path);
/// "walk.mp4#t=12.40": the frame at a time, as a media fragment (W3C Media Fragments 1.0, 4.2.1).
std::string video_frame_name(const std::string& path, double stamp_s);

}  // namespace loci
