// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/local/geometry.h"

namespace loci {

/// What was matched.
enum class MatchedFeatures {
  kPoints,    ///< keypoints of a network (XFeat), from a cosine of .75 on
  kRootSift,  ///< RootSIFT at detected points
  kBackbone,  ///< the cells of a network's feature map
};

/// How probable it is that photos of different places have as many inliers, or more.
///
///   inliers - s ~ negative binomial with mean a m^b (t / .01)^c and size k,   m matches, t tolerance
///
/// with s = 4 for a homography, 7 for a fundamental matrix, and a, b, c, k fitted to pairs of photos
/// of different places (recipes/inlier_chance.py; docs/results.md has how far it holds for sets that
/// were left out: within some three times). The tolerance stands for the size of the photos as well:
/// in small ones a cell or a pixel is a larger part. Fitted for up to 150 matches and tolerances of
/// .002 to .05; above, the mean grows on. Places that look alike, such as floors of one building,
/// have far more inliers than this says.
///
/// Where a check chose the better of two geometries ("auto"), the chance is twice that.
///
/// Units:  tolerance: fraction of the longer side, that of GeometryOptions or a cell of the maps where
///         that is more; the result 0 to 1: 1 for no inliers, fewer than eight matches, and
///         fundamental matrices of feature maps, whose cells are too wide for them
/// Source: the model for matches that fit by chance follows Brown and Lowe, IJCV 2007, sec. 3.2
double inlier_chance(
    MatchedFeatures features, Geometry geometry, int matches, int inliers, double tolerance);

}  // namespace loci
