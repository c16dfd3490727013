// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/warp.h"

#include "loci/base/check.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

/// ... 2 1 0 | 0 1 2 ... n-1 | n-1 n-2 ...
int mirrored(int i, int n) {
  if (i >= 0 && i < n) return i;
  const int period = 2 * n, inside = ((i % period) + period) % period;
  return inside < n ? inside : period - 1 - inside;
}

/// x, y: pixels, the centre of the first at 0.
void sample(ImageView image, float x, float y, uint8_t* out) {
  const float left = std::floor(x), top = std::floor(y);
  const int fx = static_cast<int>((x - left) * 256), fy = static_cast<int>((y - top) * 256);
  const int ix = static_cast<int>(left), iy = static_cast<int>(top);
  const int x0 = mirrored(ix, image.width), x1 = mirrored(ix + 1, image.width);
  const int y0 = mirrored(iy, image.height), y1 = mirrored(iy + 1, image.height);
  const uint8_t *a = image.at(x0, y0), *b = image.at(x1, y0);
  const uint8_t *c = image.at(x0, y1), *d = image.at(x1, y1);
  for (int k = 0; k < 3; ++k) {
    const int upper = a[k] * (256 - fx) + b[k] * fx, lower = c[k] * (256 - fx) + d[k] * fx;
    out[k] = static_cast<uint8_t>((upper * (256 - fy) + lower * fy + (1 << 15)) >> 16);
  }
}

}  // namespace

ImagePosition Homography::operator()(ImagePosition from) const {
  const double w = 1 / (g * from.u + h * from.v + 1);
  return {(a * from.u + b * from.v + c) * w, (d * from.u + e * from.v + f) * w};
}

Homography Homography::to_corners(const std::array<ImagePosition, 4>& p) {
  const double du1 = p[1].u - p[2].u, du2 = p[3].u - p[2].u;
  const double dv1 = p[1].v - p[2].v, dv2 = p[3].v - p[2].v;
  const double su = p[0].u - p[1].u + p[2].u - p[3].u;
  const double sv = p[0].v - p[1].v + p[2].v - p[3].v;
  const double area = du1 * dv2 - dv1 * du2;
  Homography m;
  m.g = (su * dv2 - du2 * sv) / area;
  m.h = (du1 * sv - su * dv1) / area;
  m.a = p[1].u - p[0].u + m.g * p[1].u, m.b = p[3].u - p[0].u + m.h * p[3].u, m.c = p[0].u;
  m.d = p[1].v - p[0].v + m.g * p[1].v, m.e = p[3].v - p[0].v + m.h * p[3].v, m.f = p[0].v;
  return m;
}

Image warp(ImageView image, const Homography& source, int width, int height) {
  LOCI_REQUIRE(!image.empty() && width >= 1 && height >= 1, "there are pixels to warp");
  // Far outside, where no pixel index would hold the position, one reflection is as good as another.
  constexpr double kFar = 1e6;
  Image out(width, height);
  for (int row = 0; row < height; ++row) {
    for (int col = 0; col < width; ++col) {
      const ImagePosition at = source({(col + 0.5) / width, (row + 0.5) / height});
      sample(image,
             static_cast<float>(std::clamp(at.u * image.width - 0.5, -kFar, kFar)),
             static_cast<float>(std::clamp(at.v * image.height - 0.5, -kFar, kFar)),
             out.at(col, row));
    }
  }
  return out;
}

}  // namespace loci
