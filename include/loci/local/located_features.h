// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/features.h"

#include <vector>

namespace loci {

/// Where a feature lies in the image it was taken from (pixels of that image, before any resizing).
struct Keypoint {
  float x = 0, y = 0;
  float size_px = 0;    ///< side of the square that was described
  float angle_deg = 0;  ///< clockwise
};

/// Features of one image with the places they were taken from.
struct LocatedFeatures {
  Features features;                ///< N x D, rows of unit L2 norm (or all zero: never matched)
  std::vector<Keypoint> keypoints;  ///< N, pixels of an image of width x height
  int width = 0, height = 0;
  /// How far a keypoint may lie from the point it means, pixels: for a map, half a cell.
  double accuracy_px = 1;
  std::vector<float> scores;  ///< N, how well a keypoint was detected; empty where nothing says
};

}  // namespace loci
