// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "two_view.h"

namespace loci::internal {

/// A homography as a camera sees a plane (or anything, when it only turns): nothing mirrored, no
/// area more than kMaxAreaChange times larger or smaller at the points it was made of.
struct Homography {
  static constexpr int kSample = 4;
  static constexpr int kMostModels = 1;
  static constexpr double kMaxAreaChange = 25;  // five times nearer

  /// The homography of four pairs; 0 where three of them lie on a line (a triangle of less than
  /// `least_area` in the frame of PointPairs) or turn over, as no plausible one makes them.
  static int of_sample(const PointPairs& pairs,
                       const int64_t* sample,
                       double least_area,
                       TwoViewModel* out);

  /// Scaled to unit norm; false where it mirrors or has no inverse.
  static bool of_matrix(const Mat3& h, TwoViewModel& out);

  /// Weighted least squares over pairs with a weight: the algebraic distance, scaled with `model`
  /// as Sampson does.
  static bool of_weights(const PointPairs& pairs,
                         std::span<const int64_t> chosen,
                         std::span<const float> weights,
                         TwoViewModel& model);

  static float support(const PairsView& pairs,
                       const TwoViewModel& model,
                       float inverse_square,
                       float enough) {
    return local_kernels().homography_support(
        pairs, model.a.data(), model.b.data(), inverse_square, enough);
  }
  static void squares(const PairsView& pairs, const TwoViewModel& model, float* out) {
    local_kernels().homography_squares(pairs, model.a.data(), model.b.data(), out);
  }

  /// Whether the area around point i changes as kMaxAreaChange allows.
  static bool plausible_at(const Mat3& h, const Vec3& point);
};

}  // namespace loci::internal
