// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/rng.h"
#include "loci/data/split.h"

#include <vector>

namespace loci {

/// Images that go into the same part: one photograph, one place or one frame.
struct SplitUnit {
  std::vector<size_t> images;      ///< their numbers
  double east_m = 0, north_m = 0;  ///< on one plane, good enough to say what is near what
  bool on_earth = false;           ///< degrees are known; else a grid of its own
  int64_t frame = -1;
};

/// Fills in position and frame of each unit from its first image that has them. One plane serves
/// all zones: longitudes shrunk by the cosine of the mean latitude.
std::vector<SplitUnit> locate(std::vector<SplitUnit> units, const std::vector<SplitImage>& all);

/// An order in which neighbours are near each other: the area is halved again and again, at the
/// widest gap near the middle of the longer side, and which half comes first is drawn.
std::vector<size_t> order_by_position(const std::vector<SplitUnit>& units, Rng& rng);
/// By frame, beginning anywhere and going around.
std::vector<size_t> order_by_frame(const std::vector<SplitUnit>& units, Rng& rng);
/// Any order.
std::vector<size_t> shuffled(size_t count, Rng& rng);

/// Drops images (part = -1) until none of one part is within `buffer_m` of another part; those of
/// the part with the larger share go first. Returns how many.
int64_t drop_near_other_parts(double buffer_m,
                              const std::array<double, 3>& shares,
                              std::vector<SplitImage>* images);
/// The same by frame numbers: |difference| <= `buffer_frames` is too near.
int64_t drop_near_frames(int64_t buffer_frames,
                         const std::array<double, 3>& shares,
                         std::vector<SplitImage>* images);

}  // namespace loci
