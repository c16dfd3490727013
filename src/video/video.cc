// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/video/video.h"

#include "bag_head.h"
#include "bag_reader.h"
#include "video_plugin.h"

#include "loci/base/file.h"
#include "loci/base/plugin.h"
#include "loci/base/text.h"

#include <cmath>
#include <cstdint>

namespace loci {

Status VideoOptions::validate() const {
  if (every_s >= 0 && every_frames >= 1) return {};
  return invalid_argument(format(
      "every %g s and every %d frames: expected at least 0 s and 1 frame", every_s, every_frames));
}

Result<std::unique_ptr<VideoReader>> open_video(const std::string& path,
                                                const VideoOptions& options) {
  LOCI_RETURN_IF_ERROR(options.validate());
  LOCI_TRY(info, file_info(path));
  const bool bag = internal::is_bag(path);
  const std::string kind = bag ? "a bag" : "a video";
  if (info.is_directory && !bag)
    return invalid_argument(printable(path) + ": a folder, not " + kind);
  if (!info.is_directory && info.size == 0)
    return corrupt(printable(path) + ": an empty file, not " + kind);
  if (bag) return internal::open_bag(path, options);
  LOCI_TRY(plugin,
           load_plugin("video",
                       "read videos",
                       "install the package loci-video, or OpenCV's videoio (libopencv-dev) "
                       "and build again"));
  return static_cast<const internal::VideoPlugin*>(plugin)->open(path, options);
}

const std::vector<std::string>& video_extensions() {
  static const std::vector<std::string> kExtensions = [] {
    std::vector<std::string> all{".mp4",
                                 ".m4v",
                                 ".mov",
                                 ".avi",
                                 ".mkv",
                                 ".webm",
                                 ".mpg",
                                 ".mpeg",
                                 ".mts",
                                 ".m2ts",
                                 ".3gp",
                                 ".ogv",
                                 ".wmv"};
    const std::vector<std::string>& bags = internal::bag_extensions();
    all.insert(all.end(), bags.begin(), bags.end());
    return all;
  }();
  return kExtensions;
}

bool is_video_name(const std::string& path) {
  return ends_with_any(to_lower(path), video_extensions());
}

std::string video_frame_name(const std::string& path, double stamp_s, int decimals) {
  return path + format("#t=%.*f", decimals, stamp_s);
}

int frame_decimals(const VideoOptions& options) { return options.every_s >= 0.02 ? 2 : 6; }

FrameNames::FrameNames(const std::string& path, int decimals)
    : decimals_(decimals), last_us_(INT64_MIN) {
  const size_t slash = path.rfind('/') + 1;  // 0 where there is none
  path_ = path.substr(0, slash) + short_file_name(path.substr(slash));
}

std::string FrameNames::next(double stamp_s) {
  const int64_t unit = decimals_ == 2 ? 10'000 : 1;
  const auto us =
      static_cast<int64_t>(std::llround(stamp_s * 1e6 / static_cast<double>(unit))) * unit;
  if (us > last_us_) {
    last_us_ = us;
    return video_frame_name(path_, static_cast<double>(us) * 1e-6, decimals_);
  }
  ++last_us_;
  return video_frame_name(path_, static_cast<double>(last_us_) * 1e-6, 6);
}

}  // namespace loci
