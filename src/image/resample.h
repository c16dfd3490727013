// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/image.h"

#include <cstdint>
#include <vector>

namespace loci::internal {

/// What one target position of an axis is made of: `weights.size()` neighbouring source positions.
/// All positions of an axis together; position i uses source[first[i]] to source[first[i] +
/// count[i]).
template <class Weight>
struct Taps {
  std::vector<int> first, count;
  std::vector<Weight> weights;  ///< `stride` a position
  int stride = 0;
  const Weight* of(int i) const {
    return weights.data() + static_cast<size_t>(i) * static_cast<size_t>(stride);
  }
};

/// Shrinking by area: both axes are averaged over the exact (fractional) source interval.
Image resize_area(ImageView image, int width, int height);
FloatImage resize_area(FloatImageView image, int width, int height);

/// Two nearest source pixels a side, pixel centres at half-integers.
Image resize_bilinear(ImageView image, int width, int height);
FloatImage resize_bilinear(FloatImageView image, int width, int height);

/// Pillow's separable filters, widened when shrinking: the triangle, or Keys's cubic with a = -0.5.
enum class Filter { kTriangle, kCubic };
Image resize_antialias(ImageView image, int width, int height, Filter filter);
FloatImage resize_antialias(FloatImageView image, int width, int height, Filter filter);

}  // namespace loci::internal
