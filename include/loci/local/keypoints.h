// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/local/located_features.h"

#include <cstdint>
#include <span>

namespace loci {

/// What a keypoint network such as XFeat makes of an image: three maps of the same height x width
/// cells, each cell 8 x 8 pixels of the image the network saw. Row y * width + x is cell (x, y).
struct KeypointMaps {
  ConstMatrixView descriptors;         ///< N x D, rows of any length
  ConstMatrixView logits;              ///< N x 65: the cell's pixels by rows, then "no keypoint"
  std::span<const float> reliability;  ///< N, 0 to 1
  int64_t height = 0, width = 0;       ///< N = height * width
};

struct KeypointOptions {
  /// Keypoints kept, the best first; with 560 what is kept of a photo stays below 40 KB.
  int max_keypoints = 560;
  /// A pixel is a keypoint only above this probability (XFeat: .05).
  double min_probability = 0.05;
};

/// Sparse keypoints with descriptors.
///
///   p(pixel) = softmax over the 65 logits of its cell, the last left out
///   keypoint = pixel with p > min_probability and no larger p in the 5 x 5 pixels around it
///   score    = p * reliability, bilinear at the keypoint
///   row      = bicubic (a = -.75) at the keypoint, of descriptors scaled to unit L2 norm; again
///              scaled to unit L2 norm
///
/// Pixel x of W lies at x / (W - 1) * width - 1/2 of the maps, which are zero outside: the sampling
/// of the published code, by which the last column and row of pixels have no keypoints.
///
/// Shapes:  keypoints in pixels of an image of image_width x image_height, which the network saw as
///          8 * width x 8 * height; scores falling; features.height = features.width = 0
/// Errors:  contract: maps of N rows, 65 logits, max_keypoints >= 0
/// Threads: any number at once; a call uses one thread
/// Cost:    65 N exponentials, 16 D multiply-adds a keypoint, 64 N floats of scratch
/// Source:  Potje et al., XFeat, CVPR 2024
LocatedFeatures sparse_keypoints(const KeypointMaps& maps,
                                 int image_width,
                                 int image_height,
                                 const KeypointOptions& options = {});

/// Semi-dense features: the `max_cells` most reliable cells, their descriptors scaled to unit L2
/// norm, at the middle of the cell (the published code gives the cell's first pixel, and no unit
/// norm). Scores are the reliabilities.
/// Errors, Threads, Source: as sparse_keypoints()
LocatedFeatures reliable_cells(const KeypointMaps& maps,
                               int image_width,
                               int image_height,
                               int max_cells);

}  // namespace loci
