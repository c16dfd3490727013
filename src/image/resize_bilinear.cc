// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "resample.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

/// Where target i lies between source positions `at[i]` and `next[i]`, `share[i]` of the way.
struct Between {
  std::vector<int> at, next;
  std::vector<float> share;
};

/// `Position` is the type the place is rounded to before its whole part is taken away: OpenCV
/// rounds to float, which moves the share by up to 1e-5.
template <class Position>
Between between(int source, int target) {
  const double scale = static_cast<double>(source) / target;
  Between axis;
  for (int i = 0; i < target; ++i) {
    auto position = static_cast<Position>((i + 0.5) * scale - 0.5);
    int at = static_cast<int>(std::floor(position));
    position -= static_cast<Position>(at);
    // Beyond the ends both neighbours are the last pixel, whatever the share.
    axis.at.push_back(std::clamp(at, 0, source - 1));
    axis.next.push_back(std::clamp(at + 1, 0, source - 1));
    axis.share.push_back(static_cast<float>(position));
  }
  return axis;
}

// 8-bit images are blended in integers with 11-bit weights, 22 bits after both passes, of which the
// rows' products lose four and sixteen: the arithmetic of OpenCV's INTER_LINEAR, so that pixels
// equal those that models were trained on.
constexpr int kOne = 1 << 11;
int fixed(float share) { return static_cast<int>(std::lrintf(share * kOne)); }

struct Fixed {
  using Position = float;
  using Sum = int;
  using Weight = int;
  static Weight share(float s) { return fixed(s); }
  static Weight rest(float s) { return fixed(1.0f - s); }
  static Sum across(uint8_t a, Weight wa, uint8_t b, Weight wb) { return a * wa + b * wb; }
  static uint8_t down(Sum a, Weight wa, Sum b, Weight wb) {
    return static_cast<uint8_t>((((wa * (a >> 4)) >> 16) + ((wb * (b >> 4)) >> 16) + 2) >> 2);
  }
};

struct Floating {
  using Position = double;
  using Sum = float;
  using Weight = float;
  static Weight share(float s) { return s; }
  static Weight rest(float s) { return 1.0f - s; }
  static Sum across(float a, Weight wa, float b, Weight wb) { return a * wa + b * wb; }
  static float down(Sum a, Weight wa, Sum b, Weight wb) { return a * wa + b * wb; }
};

template <class Arithmetic, class T>
ImageOf<T> blend(ImageViewOf<T> image, int width, int height) {
  using Sum = typename Arithmetic::Sum;
  using Position = typename Arithmetic::Position;
  const Between columns = between<Position>(image.width, width);
  const Between rows = between<Position>(image.height, height);
  const size_t row_size = static_cast<size_t>(width) * 3;
  ImageOf<T> out(width, height);
  std::vector<Sum> upper(row_size), lower(row_size);
  int upper_row = -1, lower_row = -1;
  const auto fill = [&](std::vector<Sum>& to, int row) {
    const T* from = image.at(0, row);
    for (size_t x = 0; x < columns.at.size(); ++x) {
      const T* a = from + static_cast<size_t>(columns.at[x]) * 3;
      const T* b = from + static_cast<size_t>(columns.next[x]) * 3;
      const auto wa = Arithmetic::rest(columns.share[x]), wb = Arithmetic::share(columns.share[x]);
      for (size_t c = 0; c < 3; ++c) to[x * 3 + c] = Arithmetic::across(a[c], wa, b[c], wb);
    }
  };
  for (int y = 0; y < height; ++y) {
    const auto v = static_cast<size_t>(y);
    if (rows.at[v] == lower_row) {
      std::swap(upper, lower);
      std::swap(upper_row, lower_row);
    }
    if (rows.at[v] != upper_row) fill(upper, upper_row = rows.at[v]);
    if (rows.next[v] != lower_row) fill(lower, lower_row = rows.next[v]);
    const auto wa = Arithmetic::rest(rows.share[v]), wb = Arithmetic::share(rows.share[v]);
    T* __restrict to = out.at(0, y);
    for (size_t i = 0; i < row_size; ++i) to[i] = Arithmetic::down(upper[i], wa, lower[i], wb);
  }
  return out;
}

}  // namespace

Image resize_bilinear(ImageView image, int width, int height) {
  return blend<Fixed>(image, width, height);
}

FloatImage resize_bilinear(FloatImageView image, int width, int height) {
  return blend<Floating>(image, width, height);
}

}  // namespace loci::internal
