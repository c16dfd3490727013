// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "two_view.h"

#include <cstdint>
#include <vector>

namespace loci::internal {

/// A geometry and the pairs that fit it; no inliers where none is plausible.
struct Fit {
  Mat3 matrix{};                 ///< in the frame of PointPairs
  std::vector<int64_t> inliers;  ///< rising
  double mean_square = 0;        ///< of the inliers' distances, in the frame of PointPairs
  double log_chance = 0;         ///< natural logarithm of the number of false alarms
};

/// What the chance that a random pair fits depends on, in the frame of PointPairs.
struct Frame {
  double second_width = 2, second_height = 2;
};

/// The homography that explains most pairs to within `tolerance`.
Fit fit_homography(const PointPairs& pairs, const Frame& frame, double tolerance, int max_draws);

/// The same for a fundamental matrix. `plane`: a homography that explains many pairs, if one is
/// known.
Fit fit_fundamental(const PointPairs& pairs,
                    const Frame& frame,
                    double tolerance,
                    int max_draws,
                    const Mat3* plane);

}  // namespace loci::internal
