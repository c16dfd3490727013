// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag_reader.h"

#include "bag.h"
#include "camera_topic.h"
#include "gps_track.h"
#include "image_clock.h"
#include "image_topic.h"

#include "loci/base/text.h"

#include <algorithm>
#include <exception>

namespace loci::internal {
namespace {

/// Times before are a simulator's clock, not a date: 2000-01-01.
constexpr int64_t kFirstDate = 946'684'800;
constexpr size_t kImagesForClock = 3;

class BagReader : public VideoReader {
 public:
  BagReader(std::unique_ptr<Bag> bag, const VideoOptions& options)
      : bag_(std::move(bag)), options_(options) {}

  Status open() {
    LOCI_TRY(topic, choose_image_topic(*bag_, options_.topic));
    topic_ = std::move(topic);
    LOCI_TRY(places, bag_->places(topic_));
    places_ = std::move(places);
    if (options_.positions) {
      track_ = read_gps_track(*bag_);
      focal_35mm_ = focal_of_camera(*bag_, topic_);
    }
    if (!places_.empty()) set_clock();
    return {};
  }

  double start_s() const override { return 1e-9 * static_cast<double>(start_ns_); }

  std::string note() const override {
    std::string out = bag_->note();
    if (lost_ == 0) return out;
    if (!out.empty()) out += "; ";
    return out + format("%lld of %zu images of ", static_cast<long long>(lost_), places_.size()) +
           printable(bag_->path()) + " could not be read; the first: " + first_loss_.message();
  }

  Result<std::optional<VideoFrame>> next() override {
    try {
      return read();
    } catch (const std::exception& error) {
      return corrupt(printable(bag_->path()) + ": " + printable(error.what()));
    }
  }

 private:
  /// Sets the clock by the first images that can be read.
  void set_clock() {
    std::vector<StampPair> first;
    for (const MessagePlace& place : places_) {
      if (first.size() == kImagesForClock) break;
      const auto bytes = bag_->message(place);
      if (!bytes.ok()) continue;
      const auto message = parse_image(topic_, *bytes);
      if (message.ok()) first.push_back({message->stamp_ns(), place.recorded_ns});
    }
    clock_ = ImageClock(first);
    start_ns_ = last_ns_ = first.empty() ? places_.front().recorded_ns : clock_.time(first.front());
  }

  Result<std::optional<VideoFrame>> read() {
    while (at_ < places_.size()) {
      const auto number = static_cast<int64_t>(at_);
      auto frame = read_frame(places_[at_++], number);
      LOCI_RETURN_IF_ERROR(bag_->intact());
      if (frame.ok() && !*frame) continue;
      if (frame.ok()) return frame;
      if (frame.status().code() == Code::kUnsupported) {
        return frame.status().with_context(printable(bag_->path()));
      }
      if (lost_++ == 0) first_loss_ = frame.status();
    }
    if (taken_ == 0) {
      return corrupt(lost_ > 0 ? note()
                               : printable(bag_->path()) + ": a bag without an image to take");
    }
    return std::optional<VideoFrame>();
  }

  /// Nothing when the options leave it out.
  Result<std::optional<VideoFrame>> read_frame(const MessagePlace& place, int64_t number) {
    if (number % options_.every_frames != 0) return std::optional<VideoFrame>();
    LOCI_TRY(bytes, bag_->message(place));
    LOCI_TRY(message, parse_image(topic_, bytes));
    // Stamps of a driver may go back a little; frames never do.
    const int64_t time_ns =
        std::max(clock_.time({message.stamp_ns(), place.recorded_ns}), last_ns_);
    const double since_taken_s = 1e-9 * static_cast<double>(time_ns - taken_ns_);
    if (taken_ > 0 && since_taken_s < options_.every_s - 1e-6) return std::optional<VideoFrame>();
    LOCI_TRY(image, decode(topic_, message));
    ++taken_;
    last_ns_ = taken_ns_ = time_ns;
    VideoFrame frame{.stamp_s = 1e-9 * static_cast<double>(time_ns - start_ns_),
                     .image = std::move(image)};
    if (const int64_t seconds = time_ns / 1'000'000'000; seconds >= kFirstDate) {
      frame.photo.taken = seconds;
    }
    frame.focal_35mm = focal_35mm_;
    if (const auto fix = gps_at(track_, time_ns)) {
      frame.photo.position = fix->position;
      frame.photo.altitude_m = fix->altitude_m;
    }
    return std::optional(std::move(frame));
  }

  std::unique_ptr<Bag> bag_;
  VideoOptions options_;
  BagTopic topic_;
  std::vector<MessagePlace> places_;
  std::vector<GpsFix> track_;
  std::optional<double> focal_35mm_;
  ImageClock clock_;
  size_t at_ = 0;
  int64_t start_ns_ = 0, last_ns_ = 0, taken_ns_ = 0, taken_ = 0, lost_ = 0;
  Status first_loss_;
};

}  // namespace

Result<std::unique_ptr<VideoReader>> open_bag(const std::string& path,
                                              const VideoOptions& options) {
  try {
    LOCI_TRY(bag, open_any_bag(path));
    auto reader = std::make_unique<BagReader>(std::move(bag), options);
    LOCI_RETURN_IF_ERROR(reader->open());
    return std::unique_ptr<VideoReader>(std::move(reader));
  } catch (const std::exception& error) {
    return corrupt(printable(path) + ": " + printable(error.what()));
  }
}

}  // namespace loci::internal
