// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "resample.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

// Convolution with a filter that is stretched by the shrink factor, columns first, then rows, with
// 8-bit rounding in between for 8-bit images: what Pillow's resize computes, to the bit.
namespace loci::internal {
namespace {

double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

/// Keys (1981), a = -1/2.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

Taps<double> filter_taps(int source, int target, Filter filter) {
  const double scale = static_cast<double>(source) / target, stretch = std::max(1.0, scale);
  const double support = (filter == Filter::kTriangle ? 1.0 : 2.0) * stretch;
  Taps<double> taps;
  taps.stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  taps.weights.resize(static_cast<size_t>(target) * static_cast<size_t>(taps.stride));
  for (int i = 0; i < target; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(centre - support + 0.5));
    const int last = std::min(source, static_cast<int>(centre + support + 0.5));
    double* weights =
        taps.weights.data() + static_cast<size_t>(i) * static_cast<size_t>(taps.stride);
    double sum = 0;
    for (int s = 0; s < last - first; ++s) {
      const double x = (s + first - centre + 0.5) / stretch;
      weights[s] = filter == Filter::kTriangle ? triangle(x) : cubic(x);
      sum += weights[s];
    }
    for (int s = 0; s < last - first && sum != 0; ++s) weights[s] /= sum;
    taps.first.push_back(first);
    taps.count.push_back(last - first);
  }
  return taps;
}

/// The weights as 8-bit images use them: 22-bit fixed point, rounded away from zero at halves.
constexpr int kBits = 22;
template <class T>
using WeightFor = std::conditional_t<std::is_same_v<T, uint8_t>, int, float>;

template <class T>
Taps<WeightFor<T>> taps_for(int source, int target, Filter filter) {
  const Taps<double> exact = filter_taps(source, target, filter);
  Taps<WeightFor<T>> taps{exact.first, exact.count, {}, exact.stride};
  taps.weights.reserve(exact.weights.size());
  for (double w : exact.weights) {
    if constexpr (std::is_same_v<T, uint8_t>) {
      taps.weights.push_back(static_cast<int>(w * (1 << kBits) + (w < 0 ? -0.5 : 0.5)));
    } else {
      taps.weights.push_back(static_cast<float>(w));
    }
  }
  return taps;
}

inline float start(float) { return 0; }
inline int start(int) { return 1 << (kBits - 1); }
inline void store(float sum, float& out) { out = sum; }
inline void store(int sum, uint8_t& out) {
  out = static_cast<uint8_t>(std::clamp(sum >> kBits, 0, 255));
}

template <class T>
ImageOf<T> filter_columns(ImageViewOf<T> image, int width, Filter filter) {
  using Sum = WeightFor<T>;
  const Taps<Sum> taps = taps_for<T>(image.width, width, filter);
  ImageOf<T> out(width, image.height);
  for (int y = 0; y < image.height; ++y) {
    T* to = out.at(0, y);
    for (int x = 0; x < width; ++x, to += 3) {
      const T* from = image.at(taps.first[static_cast<size_t>(x)], y);
      const Sum* weights = taps.of(x);
      Sum r = start(Sum{}), g = r, b = r;
      for (int s = 0; s < taps.count[static_cast<size_t>(x)]; ++s, from += 3) {
        r += from[0] * weights[s];
        g += from[1] * weights[s];
        b += from[2] * weights[s];
      }
      store(r, to[0]);
      store(g, to[1]);
      store(b, to[2]);
    }
  }
  return out;
}

template <class T>
ImageOf<T> filter_rows(ImageViewOf<T> image, int height, Filter filter) {
  using Sum = WeightFor<T>;
  const Taps<Sum> taps = taps_for<T>(image.height, height, filter);
  ImageOf<T> out(image.width, height);
  const size_t row_size = static_cast<size_t>(image.width) * 3;
  std::vector<Sum> sums(row_size);
  for (int y = 0; y < height; ++y) {
    std::fill(sums.begin(), sums.end(), start(Sum{}));
    const Sum* weights = taps.of(y);
    for (int s = 0; s < taps.count[static_cast<size_t>(y)]; ++s) {
      const T* from = image.at(0, taps.first[static_cast<size_t>(y)] + s);
      const Sum weight = weights[s];
      Sum* __restrict to = sums.data();
      for (size_t i = 0; i < row_size; ++i) to[i] += from[i] * weight;
    }
    T* to = out.at(0, y);
    for (size_t i = 0; i < row_size; ++i) store(sums[i], to[i]);
  }
  return out;
}

template <class T>
ImageOf<T> filter_both(ImageViewOf<T> image, int width, int height, Filter filter) {
  if (width == image.width) return filter_rows(image, height, filter);
  ImageOf<T> columns = filter_columns(image, width, filter);
  return height == image.height ? columns : filter_rows<T>(columns, height, filter);
}

}  // namespace

Image resize_antialias(ImageView image, int width, int height, Filter filter) {
  return filter_both(image, width, height, filter);
}

FloatImage resize_antialias(FloatImageView image, int width, int height, Filter filter) {
  return filter_both(image, width, height, filter);
}

}  // namespace loci::internal
