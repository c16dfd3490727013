// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/features.h"
#include "loci/base/options.h"
#include "loci/base/status.h"
#include "loci/image/image.h"
#include "loci/local/located_features.h"

#include <utility>
#include <vector>

namespace loci {

struct SiftOptions {
  /// Features on a regular grid instead of at detected corners and blobs.
  bool dense = true;
  /// Dense: distance between grid points, pixels of the resized image.
  int step_px = 8;
  /// Dense: number of feature sizes, each sqrt(2) times the one before.
  int num_scales = 3;
  /// Dense: side of one of the 4x4 cells of the smallest feature, pixels.
  double first_bin_px = 4;
  /// Dense: leave out features whose mean gradient is smaller, grey levels a pixel (sky, blank
  /// walls).
  double min_contrast = 1;
  /// Sparse: keep this many of the strongest.
  int max_features = 2000;
  /// Sparse: do not turn features to their dominant gradient (photos are rarely upside down).
  bool upright = true;
  /// Grow images whose shorter side is smaller to this, pixels (thumbnails have too few features
  /// otherwise).
  int min_side_px = 240;
  /// Shrink images whose longer side is larger to this, pixels.
  int max_side_px = 640;

  template <class V>
  void describe(V&& v) {
    v({"dense", "features on a regular grid instead of at detected corners and blobs"}, dense);
    v({"step_px", "dense: distance between grid points, pixels of the resized image"}, step_px);
    v({"num_scales", "dense: number of feature sizes, each sqrt(2) times the one before"},
      num_scales);
    v({"first_bin_px", "dense: side of one of the 4x4 cells of the smallest feature, pixels"},
      first_bin_px);
    v({"min_contrast",
       "dense: leave out features whose mean gradient is smaller, grey levels a pixel (sky, blank "
       "walls)"},
      min_contrast);
    v({"max_features", "sparse: keep this many of the strongest"}, max_features);
    v({"upright",
       "sparse: do not turn features to their dominant gradient (photos are rarely upside down)"},
      upright);
    v({"min_side_px",
       "grow images whose shorter side is smaller to this, pixels (thumbnails have too few "
       "features otherwise)"},
      min_side_px);
    v({"max_side_px", "shrink images whose longer side is larger to this, pixels"}, max_side_px);
  }
};

struct LocalFeatures {
  Features features;  ///< N x 128, each row of unit L2 norm or all zero
  std::vector<Keypoint> keypoints;
};

/// RootSIFT: SIFT (Lowe 2004) scaled to unit L1 norm, then the square root of every value, so that
/// Euclidean distance between them is the Hellinger distance between the histograms (Arandjelovic
/// and Zisserman, CVPR 2012).
/// Threads: any number at once; a call uses one thread
Result<LocalFeatures> extract_root_sift(ImageView image, const SiftOptions& options);

/// Whether this build detects points (`dense` false), which takes OpenCV.
bool has_sparse_sift();

/// Size at which `extract_root_sift` looks at an image of width x height.
std::pair<int, int> sift_working_size(int width, int height, const SiftOptions& options);

}  // namespace loci
