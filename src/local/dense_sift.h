// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/local/sift.h"

#include <cstdint>
#include <vector>

namespace loci::internal {

inline constexpr int kSiftCells = 4;         ///< a feature is 4 x 4 cells ...
inline constexpr int kSiftOrientations = 8;  ///< ... of 8 gradient directions each
inline constexpr int kSiftDim = kSiftCells * kSiftCells * kSiftOrientations;

/// Brightness 0 to 255, width * height values in rows.
struct GreyImage {
  int width = 0;
  int height = 0;
  std::vector<float> pixels;
};

/// Gaussian blur, edges continued; sigma_px below 0.1 changes nothing.
GreyImage blur(const GreyImage& image, double sigma_px);

/// Upright SIFT histograms on a regular grid, before any normalisation.
///
/// Each pixel's gradient magnitude goes to the two nearest of 8 directions, and to cells with a
/// weight that falls linearly to zero over one cell; the Gaussian weight of Lowe's window (sigma 2
/// cells) is taken once for a cell instead of at every pixel. Element (row * 4 + column) * 8 +
/// direction; direction 0 points right, 2 up.
///
/// `cell_px` and `step_px` are at least 1. Appends 128 values and one keypoint (in pixels of
/// `image`) for each grid point whose feature lies within the image: none for a small image.
/// Source: Lowe, IJCV 2004, sec. 6; the per-cell window is VLFeat's "flat window" dense SIFT
void dense_histograms(const GreyImage& image,
                      int cell_px,
                      int step_px,
                      std::vector<float>& values,
                      std::vector<Keypoint>& keypoints);

/// Lowe's normalisation (unit L2 norm, values cut at 0.2), then unit L1 norm and square roots.
/// A histogram of zeros stays so.
void root_sift(float* histogram);

}  // namespace loci::internal
