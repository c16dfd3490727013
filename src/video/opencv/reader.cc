// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cstdlib>
#include <exception>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/videoio.hpp>

namespace loci::internal {
namespace {

Image to_image(const cv::Mat& bgr) {
  Image out(bgr.cols, bgr.rows);
  for (int y = 0; y < bgr.rows; ++y) {
    const uint8_t* from = bgr.ptr<uint8_t>(y);
    uint8_t* to = out.at(0, y);
    for (int x = 0; x < bgr.cols; ++x, from += 3, to += 3) {
      to[0] = from[2];
      to[1] = from[1];
      to[2] = from[0];
    }
  }
  return out;
}

class OpenCvReader : public VideoReader {
 public:
  OpenCvReader(std::string path, const VideoOptions& options)
      : path_(std::move(path)), options_(options) {}

  Status open() {
    try {
      if (!capture_.open(path_, cv::CAP_FFMPEG)) {
        return corrupt(printable(path_) + ": no video that FFmpeg reads");
      }
      fps_ = capture_.get(cv::CAP_PROP_FPS);
    } catch (const std::exception& error) {
      return corrupt(printable(path_) + ": " + printable(error.what()));
    }
    return {};
  }

  Result<std::optional<VideoFrame>> next() override {
    try {
      return read();
    } catch (const std::exception& error) {
      return corrupt(printable(path_) + ": " + printable(error.what()));
    }
  }

 private:
  /// Of the frame grabbed last: the container's time where there is one, else by the rate.
  double stamp() const {
    const double stated = capture_.get(cv::CAP_PROP_POS_MSEC) / 1000;
    const double counted = fps_ > 0 ? static_cast<double>(grabbed_ - 1) / fps_ : 0;
    return stated > 0 || grabbed_ == 1 ? stated : counted;
  }

  Result<std::optional<VideoFrame>> read() {
    while (capture_.grab()) {
      const int64_t number = grabbed_++;
      // Some containers repeat a time; frames never go back.
      const double at = std::max(stamp(), last_stamp_s_);
      last_stamp_s_ = at;
      const bool due = taken_ == 0 || at - taken_stamp_s_ >= options_.every_s - 1e-6;
      if (number % options_.every_frames != 0 || !due) continue;
      cv::Mat bgr;
      if (!capture_.retrieve(bgr) || bgr.empty() || bgr.type() != CV_8UC3) continue;
      ++taken_;
      taken_stamp_s_ = at;
      return std::optional(VideoFrame{.stamp_s = at, .image = to_image(bgr)});
    }
    if (taken_ == 0)
      return corrupt(printable(path_) + ": a video without a frame that can be decoded");
    return std::optional<VideoFrame>();
  }

  std::string path_;
  VideoOptions options_;
  mutable cv::VideoCapture capture_;
  double fps_ = 0, last_stamp_s_ = 0, taken_stamp_s_ = 0;
  int64_t grabbed_ = 0, taken_ = 0;
};

}  // namespace

Result<std::unique_ptr<VideoReader>> open_with_opencv(const std::string& path,
                                                      const VideoOptions& options) {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);  // AV_LOG_QUIET: a library does not print
  auto reader = std::make_unique<OpenCvReader>(path, options);
  LOCI_RETURN_IF_ERROR(reader->open());
  return std::unique_ptr<VideoReader>(std::move(reader));
}

}  // namespace loci::internal
