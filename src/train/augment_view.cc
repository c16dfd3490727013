// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "augment_steps.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace loci::train {
namespace {

struct Point {
  double x, y;
};

/// x = (a u + b v + c) / (g u + h v + 1), y likewise with d, e, f: the unit square to four corners
/// in the order (0,0), (1,0), (1,1), (0,1) (Heckbert, Fundamentals of Texture Mapping, 1989).
struct Homography {
  double a, b, c, d, e, f, g, h;

  static Homography to_corners(const std::array<Point, 4>& p) {
    const double dx1 = p[1].x - p[2].x, dx2 = p[3].x - p[2].x;
    const double dy1 = p[1].y - p[2].y, dy2 = p[3].y - p[2].y;
    const double sx = p[0].x - p[1].x + p[2].x - p[3].x;
    const double sy = p[0].y - p[1].y + p[2].y - p[3].y;
    const double area = dx1 * dy2 - dx2 * dy1;
    Homography m{};
    m.g = (sx * dy2 - dx2 * sy) / area;
    m.h = (dx1 * sy - sx * dy1) / area;
    m.a = p[1].x - p[0].x + m.g * p[1].x, m.b = p[3].x - p[0].x + m.h * p[3].x, m.c = p[0].x;
    m.d = p[1].y - p[0].y + m.g * p[1].y, m.e = p[3].y - p[0].y + m.h * p[3].y, m.f = p[0].y;
    return m;
  }
};

/// Where the corners of the new picture lie in the old one, pixels.
std::array<Point, 4> corners(const Image& image, double crop, double perspective, Rng* rng) {
  const double width = image.width, height = image.height;
  const double w = width * rng->uniform(1 - crop, 1), h = height * rng->uniform(1 - crop, 1);
  const double left = rng->uniform(0, width - w), top = rng->uniform(0, height - h);
  std::array<Point, 4> p = {
      Point{left, top}, {left + w, top}, {left + w, top + h}, {left, top + h}};
  for (Point& corner : p) {  // never outside, where there is nothing to see
    corner.x += rng->uniform(-perspective, perspective) * w;
    corner.y += rng->uniform(-perspective, perspective) * h;
    corner.x = std::clamp(corner.x, 0.0, width);
    corner.y = std::clamp(corner.y, 0.0, height);
  }
  return p;
}

void sample(const Image& image, float x, float y, uint8_t* out) {
  x = std::clamp(x - 0.5f, 0.0f, static_cast<float>(image.width - 1));
  y = std::clamp(y - 0.5f, 0.0f, static_cast<float>(image.height - 1));
  const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
  const int x1 = std::min(x0 + 1, image.width - 1), y1 = std::min(y0 + 1, image.height - 1);
  const int fx = static_cast<int>((x - static_cast<float>(x0)) * 256);
  const int fy = static_cast<int>((y - static_cast<float>(y0)) * 256);
  const uint8_t *a = image.at(x0, y0), *b = image.at(x1, y0);
  const uint8_t *c = image.at(x0, y1), *d = image.at(x1, y1);
  for (int k = 0; k < 3; ++k) {
    const int upper = a[k] * (256 - fx) + b[k] * fx, lower = c[k] * (256 - fx) + d[k] * fx;
    out[k] = static_cast<uint8_t>((upper * (256 - fy) + lower * fy + (1 << 15)) >> 16);
  }
}

}  // namespace

Image change_view(const Image& image, double crop, double perspective, Rng* rng) {
  const Homography m = Homography::to_corners(corners(image, crop, perspective, rng));
  Image out(image.width, image.height);
  for (int row = 0; row < out.height; ++row) {
    const double v = (row + 0.5) / out.height;
    for (int col = 0; col < out.width; ++col) {
      const double u = (col + 0.5) / out.width;
      const double w = 1 / (m.g * u + m.h * v + 1);
      sample(image,
             static_cast<float>((m.a * u + m.b * v + m.c) * w),
             static_cast<float>((m.d * u + m.e * v + m.f) * w),
             out.at(col, row));
    }
  }
  return out;
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
