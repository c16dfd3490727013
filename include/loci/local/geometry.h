// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/local/kept_features.h"
#include "loci/local/located_features.h"
#include "loci/local/matching.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace loci {

struct GeometryOptions {
  /// What has to explain the matches: homography (a plane, or a camera that turns), fundamental
  /// (any rigid scene; needs exact keypoints), or auto for what chance explains less.
  std::string geometry = "homography";
  /// How far a keypoint may lie from where a homography puts it, fraction of the photo's longer
  /// side; never less than one cell of a feature map.
  double tolerance = 0.015;
  /// How far a keypoint may lie from its epipolar line, fraction of the photo's longer side; never
  /// less than one cell of a feature map.
  double epipolar_tolerance = 0.004;
  /// Only more similar features match, cosine; -1 for .75 with kept features and no bound with
  /// others.
  double min_similarity = -1;
  /// Lowe's test: the distance to the nearest feature is at most this fraction of that to the
  /// second nearest; 1 for no test.
  double max_ratio = 1;
  /// Random samples drawn at most; of seven matches a sixth of it.
  int max_iterations = 5000;

  template <class V>
  void describe(V&& v) {
    v({"geometry",
       "what has to explain the matches: homography (a plane, or a camera that turns), fundamental "
       "(any rigid scene; needs exact keypoints), or auto for what chance explains less"},
      geometry);
    v({"tolerance",
       "how far a keypoint may lie from where a homography puts it, fraction of the photo's longer "
       "side; never less than one cell of a feature map"},
      tolerance);
    v({"epipolar_tolerance",
       "how far a keypoint may lie from its epipolar line, fraction of the photo's longer side; "
       "never less than one cell of a feature map"},
      epipolar_tolerance);
    v({"min_similarity",
       "only more similar features match, cosine; -1 for .75 with kept features and no bound with "
       "others"},
      min_similarity);
    v({"max_ratio",
       "Lowe's test: the distance to the nearest feature is at most this fraction of that to the "
       "second nearest; 1 for no test"},
      max_ratio);
    v({"max_iterations", "random samples drawn at most; of seven matches a sixth of it"},
      max_iterations);
  }
};

/// Errors: InvalidArgument for an unknown geometry or a number out of range
Status validate(const GeometryOptions& options);

enum class Geometry { kNone, kHomography, kFundamental };

/// "none", "homography" or "fundamental".
const char* geometry_name(Geometry geometry);

struct GeometricCheck {
  std::vector<FeatureMatch> matches;  ///< the most similar first
  int inliers = 0;                    ///< 0 as well when no plausible geometry was found
  Geometry geometry = Geometry::kNone;
  /// Row-major, pixels of the first image to those of the second: (x2, y2, 1) ~ H (x1, y1, 1), or
  /// (x2, y2, 1) F (x1, y1, 1)^T = 0.
  std::array<double, 9> matrix{};
  /// Of the 8 x 8 cells of each image the fraction that holds inliers, of the image where it is
  /// less.
  double spread = 0;
  /// Root mean square distance of the inliers from the geometry, fraction of the photo's longer
  /// side: in both images for a homography, Sampson's for a fundamental matrix.
  double mean_residual = 0;
};

/// The keypoints of an image, for explain_matches().
struct KeypointsView {
  std::span<const Keypoint> keypoints;
  int width = 0, height = 0;
  double accuracy_px = 1;  ///< as in LocatedFeatures
};

/// How many of the matches one homography or one epipolar geometry explains, and which.
///
/// Random samples of four or seven matches, half of them among the most similar first (PROSAC),
/// soft support (MSAC) and local optimisation of what is the best so far (LO-RANSAC), seeded, so
/// that the same matches give the same answer. Homographies that mirror or change an area more than
/// 25 times are no views of a place, nor are epipolar geometries with points behind a camera or with
/// surroundings turned over; inliers on one line say nothing. Where a plane dominates, epipolar
/// geometries of the plane and two matches off it are tried too (DEGENSAC). `auto` takes the one
/// that fewer random matches would fit: the smaller number of false alarms (Moisan and Stival,
/// IJCV 2004).
///
/// Shapes:  matches' rows index the keypoints; the order, by similarity, is used and kept
/// Errors:  InvalidArgument for options out of range; contract: rows within the keypoints
/// Threads: any number at once; a call uses one thread
/// Cost:    about 1 ms for 300 matches
Result<GeometricCheck> explain_matches(std::vector<FeatureMatch> matches,
                                       const KeypointsView& first,
                                       const KeypointsView& second,
                                       const GeometryOptions& options = {});

/// mutual_matches(), then explain_matches().
/// Errors: InvalidArgument for options out of range or features of different widths
Result<GeometricCheck> check_geometry(const LocatedFeatures& first,
                                      const LocatedFeatures& second,
                                      const GeometryOptions& options = {});
Result<GeometricCheck> check_geometry(const KeptFeatures& first,
                                      const KeptFeatures& second,
                                      const GeometryOptions& options = {});

}  // namespace loci
