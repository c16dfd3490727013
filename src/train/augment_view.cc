// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "augment_steps.h"

#include "loci/image/warp.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace loci::train {
namespace {

/// Where the corners of the new picture lie in the old one.
std::array<ImagePosition, 4> corners(double crop, double perspective, Rng* rng) {
  const double w = rng->uniform(1 - crop, 1), h = rng->uniform(1 - crop, 1);
  const double left = rng->uniform(0, 1 - w), top = rng->uniform(0, 1 - h);
  std::array<ImagePosition, 4> p = {
      ImagePosition{left, top}, {left + w, top}, {left + w, top + h}, {left, top + h}};
  for (ImagePosition& corner : p) {  // never outside, where there is nothing to see
    corner.u = std::clamp(corner.u + rng->uniform(-perspective, perspective) * w, 0.0, 1.0);
    corner.v = std::clamp(corner.v + rng->uniform(-perspective, perspective) * h, 0.0, 1.0);
  }
  return p;
}

}  // namespace

Image change_view(const Image& image, double crop, double perspective, Rng* rng) {
  const Homography source = Homography::to_corners(corners(crop, perspective, rng));
  return warp(image, source, image.width, image.height);
}

void mirror(Image* image) {
  for (int row = 0; row < image->height; ++row) {
    for (int left = 0, right = image->width - 1; left < right; ++left, --right) {
      std::swap_ranges(image->at(left, row), image->at(left, row) + 3, image->at(right, row));
    }
  }
}

void occlude(Image* image, Rng* rng) {
  const int width = image->width, height = image->height;
  const int w = std::max(1, static_cast<int>(width * rng->uniform(0.15, 0.45)));
  const int h = std::max(1, static_cast<int>(height * rng->uniform(0.12, 0.35)));
  const int left = static_cast<int>(rng->uniform(-0.3, 1) * width);
  const int bottom = static_cast<int>(height * rng->uniform(0.75, 1.05));
  const float shade = static_cast<float>(rng->uniform(30, 220));
  float body[3];
  for (float& channel : body)
    channel = std::clamp(shade + static_cast<float>(rng->uniform(-40, 40)), 8.0f, 247.0f);
  const uint64_t grain = rng->next();
  const NoiseTable& noise = NoiseTable::get();
  for (int row = std::max(0, bottom - h); row < std::min(height, bottom); ++row) {
    const float down = static_cast<float>(row - (bottom - h)) / static_cast<float>(h);
    // A roof, a band of windows, a side in the light from above, wheels and shadow.
    const bool windows = down > 0.12f && down < 0.42f;
    const float light = down < 0.12f   ? 1.15f
                        : windows      ? 0.25f
                        : down > 0.85f ? 0.2f
                                       : 1 - 0.4f * down;
    for (int col = std::max(0, left); col < std::min(width, left + w); ++col) {
      const float across = static_cast<float>(col - left) / static_cast<float>(w);
      // The front and the back slope.
      if (down < 0.42f && (across < 0.25f * (1 - down) || across > 1 - 0.2f * (1 - down))) continue;
      const float rough =
          3 * noise[grain + static_cast<uint64_t>(row) * 977 + static_cast<uint64_t>(col)];
      uint8_t* pixel = image->at(col, row);
      for (int k = 0; k < 3; ++k) pixel[k] = to_byte(body[k] * light + rough);
    }
  }
}

}  // namespace loci::train
