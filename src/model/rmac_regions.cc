// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/rmac_regions.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

constexpr float kOverlap = 0.4f;
constexpr int kMaxExtra = 6;  // 2 to 7 regions along the longer side are tried

/// How many regions more along the longer side than along the shorter.
int extra_regions(int64_t shorter, int64_t longer) {
  const auto area = static_cast<float>(shorter * shorter);
  int best = 1;
  float best_miss = INFINITY;
  for (int extra = 1; extra <= kMaxExtra; ++extra) {
    const float step = static_cast<float>(longer - shorter) / static_cast<float>(extra);
    const float miss = std::fabs((area - static_cast<float>(shorter) * step) / area - kOverlap);
    if (miss < best_miss) {
      best = extra;
      best_miss = miss;
    }
  }
  return best;
}

/// First rows (or columns) of `count` regions of `side` spread over `length`. The floors are taken
/// of float32 sums about the region's center, as the reference does: other roundings move a region
/// by one position.
std::vector<int64_t> starts(int64_t length, int64_t side, int count) {
  const double half = std::floor(static_cast<double>(side) / 2 - 1);
  const float step =
      count == 1 ? 0.0f : static_cast<float>(static_cast<double>(length - side) / (count - 1));
  std::vector<int64_t> result;
  for (int i = 0; i < count; ++i) {
    const float center = static_cast<float>(half) + static_cast<float>(i) * step;
    const auto start = static_cast<int64_t>(std::floor(center) - static_cast<float>(half));
    result.push_back(std::clamp<int64_t>(start, 0, length - side));
  }
  return result;
}

}  // namespace

std::vector<RmacRegion> rmac_regions(int64_t height, int64_t width, int levels) {
  const int64_t shorter = std::min(height, width);
  const int extra = height == width ? 0 : extra_regions(shorter, std::max(height, width));
  std::vector<RmacRegion> regions{{0, 0, height, width}};
  for (int level = 1; level <= levels; ++level) {
    const int64_t side = 2 * shorter / (level + 1);
    if (side == 0) continue;
    for (const int64_t y : starts(height, side, level + (height > width ? extra : 0))) {
      for (const int64_t x : starts(width, side, level + (width > height ? extra : 0))) {
        regions.push_back({y, x, side, side});
      }
    }
  }
  return regions;
}

}  // namespace loci
