// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "image_clock.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace loci::internal {
namespace {

constexpr int64_t kLargestJumpNs = 60'000'000'000;

}  // namespace

ImageClock::ImageClock(std::span<const StampPair> first) {
  if (first.empty()) return;
  last_recorded_ns_ = first.front().recorded_ns;
  std::vector<int64_t> offsets;
  for (const StampPair& image : first) {
    if (image.stamp_ns != 0) offsets.push_back(image.stamp_ns - image.recorded_ns);
  }
  if (offsets.empty()) return;
  const auto middle = offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2);
  std::ranges::nth_element(offsets, middle);
  offset_ns_ = *middle;
}

int64_t ImageClock::time(const StampPair& image) {
  // A bag played faster than it was recorded, and recorded again, drifts with the time that passes.
  const int64_t passed_ns = std::max<int64_t>(image.recorded_ns - last_recorded_ns_, 0);
  last_recorded_ns_ = image.recorded_ns;
  if (image.stamp_ns == 0) return image.recorded_ns;
  const int64_t offset_ns = image.stamp_ns - image.recorded_ns;
  if (std::abs(offset_ns - offset_ns_) > kLargestJumpNs + passed_ns) {
    return image.recorded_ns + offset_ns_;
  }
  offset_ns_ = offset_ns;
  return image.stamp_ns;
}

}  // namespace loci::internal
