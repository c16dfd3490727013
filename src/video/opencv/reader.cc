// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "display_turn.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/resize.h"

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
      // Versions of OpenCV turn to different sides; where the file says how, it is done here.
      if (const auto file = MappedFile::open(path_); file.ok()) {
        const auto turn = display_orientation(file->bytes());
        if (turn && capture_.set(cv::CAP_PROP_ORIENTATION_AUTO, 0)) orientation_ = *turn;
      }
      fps_ = capture_.get(cv::CAP_PROP_FPS);
      stated_ = static_cast<int64_t>(capture_.get(cv::CAP_PROP_FRAME_COUNT));
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

  std::string note() const override {
    if (!ended_) return {};
    // Where the head states none the number is a guess, which is a frame or two off.
    const int64_t missing = stated_ - grabbed_;
    if (undecoded_ == 0 && missing <= std::max<int64_t>(2, stated_ / 20)) return {};
    return printable(path_) +
           format(": holds %lld of the %lld frames that it states; it is cut short or damaged",
                  static_cast<long long>(grabbed_ - undecoded_),
                  static_cast<long long>(std::max(stated_, grabbed_)));
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
      if (!capture_.retrieve(bgr) || bgr.empty() || bgr.type() != CV_8UC3) {
        ++undecoded_;
        continue;
      }
      ++taken_;
      taken_stamp_s_ = at;
      return std::optional(VideoFrame{.stamp_s = at, .image = orient(to_image(bgr), orientation_)});
    }
    if (taken_ == 0)
      return corrupt(printable(path_) + ": a video without a frame that can be decoded");
    ended_ = true;
    return std::optional<VideoFrame>();
  }

  std::string path_;
  VideoOptions options_;
  mutable cv::VideoCapture capture_;
  double fps_ = 0, last_stamp_s_ = 0, taken_stamp_s_ = 0;
  int64_t grabbed_ = 0, taken_ = 0;
  int64_t stated_ = 0;  ///< frames by the container's head, or by FFmpeg's guess from its length
  int64_t undecoded_ = 0;
  int orientation_ = 1;
  bool ended_ = false;
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
