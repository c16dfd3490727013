// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "two_view.h"

namespace loci::internal {

/// The epipolar geometry of a rigid scene, oriented: points that one of the cameras would see
/// behind it do not fit.
struct Fundamental {
  static constexpr int kSample = 7;
  static constexpr int kMostModels = 3;

  /// Those of seven pairs that see all of them from one side; 0 where the pairs leave more than two
  /// degrees of freedom. `least_area` is not used.
  static int of_sample(const PointPairs& pairs,
                       const int64_t* sample,
                       double least_area,
                       TwoViewModel* out);

  /// Weighted least squares over the chosen pairs: the algebraic distance, scaled with `model` as
  /// Sampson does, and the nearest matrix of rank 2.
  static bool of_weights(const PointPairs& pairs,
                         std::span<const int64_t> chosen,
                         std::span<const float> weights,
                         TwoViewModel& model);

  /// That of a plane's homography and an epipole of the second image: every pair on the plane fits,
  /// whatever the epipole.
  static bool of_plane(const Mat3& h, const Vec3& epipole, TwoViewModel& out);
  /// Where the parallax of two pairs off the plane meets.
  static Vec3 parallax(const PointPairs& pairs, const Mat3& h, int64_t i, int64_t j);

  static float support(const PairsView& pairs,
                       const TwoViewModel& model,
                       float inverse_square,
                       float enough) {
    return local_kernels().epipolar_support(
        pairs, model.a.data(), model.b.data(), inverse_square, enough);
  }
  static void squares(const PairsView& pairs, const TwoViewModel& model, float* out) {
    local_kernels().epipolar_squares(pairs, model.a.data(), model.b.data(), out);
  }
};

}  // namespace loci::internal
