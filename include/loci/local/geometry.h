// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/local/located_features.h"
#include "loci/local/matching.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace loci {

struct GeometryOptions {
  /// What has to explain the matched regions: homography (a plane, or a camera that turns), or
  /// fundamental (any rigid scene; needs exact keypoints).
  std::string geometry = "homography";
  /// How far a region may lie from where the geometry puts it, part of the photo's longer side;
  /// never less than one cell of a feature map.
  double tolerance = 0.015;
  /// Lowe's test: a region counts when its distance to the nearest region is at most this part of
  /// that to the second nearest; 1 for no test.
  double max_ratio = 1;
  /// Random samples drawn at most.
  int max_iterations = 2000;

  template <class V>
  void describe(V&& v) {
    v({"geometry",
       "what has to explain the matched regions: homography (a plane, or a camera that turns), or "
       "fundamental (any rigid scene; needs exact keypoints)"},
      geometry);
    v({"tolerance",
       "how far a region may lie from where the geometry puts it, part of the photo's longer side; "
       "never less than one cell of a feature map"},
      tolerance);
    v({"max_ratio",
       "Lowe's test: a region counts when its distance to the nearest region is at most this part "
       "of that to the second nearest; 1 for no test"},
      max_ratio);
    v({"max_iterations", "random samples drawn at most"}, max_iterations);
  }
};

struct GeometricCheck {
  std::vector<FeatureMatch> matches;  ///< the most similar first
  int inliers = 0;                    ///< 0 as well when no plausible geometry was found
};

/// mutual_matches(), and how many of them one homography or one epipolar geometry explains: RANSAC
/// with local optimisation (LO-RANSAC; Chum et al., DAGM 2003) and MSAC scores (Torr and Zisserman,
/// CVIU 2000), both of OpenCV's USAC, seeded, so that the same features give the same answer. A
/// homography that mirrors or that shrinks an area
/// more than 25 times is no view of a place and has no inliers.
/// Errors:  InvalidArgument for options out of range or features of different widths
/// Threads: any number at once; a call uses one thread
Result<GeometricCheck> check_geometry(const LocatedFeatures& first,
                                      const LocatedFeatures& second,
                                      const GeometryOptions& options = {});

}  // namespace loci
