// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace loci::internal {

/// When an image was taken by its header, 0 where nobody set that, and when it was recorded.
struct StampPair {
  int64_t stamp_ns = 0, recorded_ns = 0;
};

/// The times of a topic's images: their stamps, but for one that leaves the others by more than a
/// minute, which comes from the time of recording. One such stamp far ahead would else hold back
/// all images after it, since times never go back.
class ImageClock {
 public:
  ImageClock() = default;
  /// `first`: the first images; the median of their offsets is where the clock begins.
  explicit ImageClock(std::span<const StampPair> first);
  /// In the order of recording.
  int64_t time(const StampPair& image);

 private:
  int64_t offset_ns_ = 0;  ///< stamp minus recording, of the last image that was believed
  int64_t last_recorded_ns_ = 0;
};

}  // namespace loci::internal
