// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/local/located_features.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace loci {

struct GeometryOptions {
  std::string geometry = "homography";
  double tolerance = 0.015;
  double max_ratio = 1;
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

/// A feature of the first image and the feature of the second that is its mutual nearest neighbour.
struct FeatureLink {
  int64_t first = 0, second = 0;  ///< rows
  float similarity = 0;           ///< cosine
  bool inlier = false;            ///< explained by the geometry
};

struct GeometricCheck {
  std::vector<FeatureLink> links;  ///< the most alike first
  int inliers = 0;                 ///< 0 as well when no plausible geometry was found
};

/// Rows of `first` and `second` that choose each other as the most alike, best first.
/// Errors: contract: equal widths D
/// Cost:   N1 * N2 * D multiply-adds on one thread, and N1 * N2 floats
std::vector<FeatureLink> mutual_matches(ConstMatrixView first,
                                        ConstMatrixView second,
                                        double max_ratio = 1);

/// mutual_matches(), and how many of them one homography or one epipolar geometry explains: RANSAC
/// with local optimisation and MAGSAC scores (OpenCV's USAC; Barath et al., CVPR 2020), seeded, so
/// that the same features give the same answer. A homography that mirrors or that shrinks an area
/// more than 25 times is no view of a place and has no inliers.
/// Errors:  InvalidArgument for options out of range or features of different widths
/// Threads: any number at once; a call uses one thread
Result<GeometricCheck> check_geometry(const LocatedFeatures& first,
                                      const LocatedFeatures& second,
                                      const GeometryOptions& options = {});

}  // namespace loci
