// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/image.h"

#include <array>

namespace loci {

/// A position in an image as parts of its sides: (0, 0) is the upper left corner, (1, 1) the lower
/// right one, and the centre of pixel (i, j) lies at ((i + 0.5) / width, (j + 0.5) / height).
struct ImagePosition {
  double u = 0, v = 0;
};

/// Plane to plane: (u, v) -> ((a u + b v + c) / w, (d u + e v + f) / w), w = g u + h v + 1.
struct Homography {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0;

  ImagePosition operator()(ImagePosition from) const;
  /// The one that takes (0,0), (1,0), (1,1), (0,1) to four corners of a convex quadrilateral in
  /// that order.
  /// Source: Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, sec. 2.2.3
  static Homography to_corners(const std::array<ImagePosition, 4>& corners);
};

/// The width x height picture (both >= 1, contract) that shows at `p` what `image` shows at
/// `source(p)`, bilinear between pixel centres. Outside, the image goes on mirrored at its edge.
/// Contract: the image is not empty; w > 0 within the unit square
/// Threads:  any number at once
/// Cost:     about 20 ns a pixel
Image warp(ImageView image, const Homography& source, int width, int height);

}  // namespace loci
