// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "resample.h"

#include <algorithm>
#include <cmath>

// Rows are blended first, in one pass over contiguous memory, then columns once for each target
// row.
namespace loci::internal {
namespace {

/// Target i covers the source interval [i * scale, (i + 1) * scale); weights are the covered
/// shares.
Taps<float> area_taps(int source, int target) {
  const double scale = static_cast<double>(source) / target;
  Taps<float> taps;
  taps.stride = static_cast<int>(std::ceil(scale)) + 1;
  taps.weights.resize(static_cast<size_t>(target) * static_cast<size_t>(taps.stride));
  for (int i = 0; i < target; ++i) {
    const double begin = i * scale, end = std::min(static_cast<double>(source), begin + scale);
    // Shares below a thousandth of a pixel come from rounding alone.
    const int first = std::min(source - 1, static_cast<int>(std::floor(begin + 1e-3)));
    const int last = std::clamp(static_cast<int>(std::ceil(end - 1e-3)), first + 1, source);
    const int count = std::min(last - first, taps.stride);
    float* weights =
        taps.weights.data() + static_cast<size_t>(i) * static_cast<size_t>(taps.stride);
    for (int s = 0; s < count; ++s) {
      const double low = s == 0 ? begin : first + s;
      const double high = s == count - 1 ? end : first + s + 1;
      weights[s] = static_cast<float>((high - low) / (end - begin));
    }
    taps.first.push_back(first);
    taps.count.push_back(count);
  }
  return taps;
}

/// sum = the weighted rows, three of them in a pass so that `sum` travels less often.
template <class T>
void blend_rows(const T* row,
                size_t stride,
                size_t row_size,
                int count,
                const float* weights,
                float* __restrict sum) {
  for (int r = 0; r < count; r += 3) {
    const int rows = count - r < 3 ? count - r : 3;
    const T* __restrict a = row + static_cast<size_t>(r) * stride;
    const T* __restrict b = rows > 1 ? a + stride : a;
    const T* __restrict c = rows > 2 ? b + stride : a;
    const float wa = weights[r], wb = rows > 1 ? weights[r + 1] : 0.0f;
    const float wc = rows > 2 ? weights[r + 2] : 0.0f;
    const auto blend = [=](size_t i) {
      return wa * static_cast<float>(a[i]) + wb * static_cast<float>(b[i]) +
             wc * static_cast<float>(c[i]);
    };
    if (r == 0) {
      for (size_t i = 0; i < row_size; ++i) sum[i] = blend(i);
    } else {
      for (size_t i = 0; i < row_size; ++i) sum[i] += blend(i);
    }
  }
}

/// One pixel and the first channel of the next, which is computed along and not used.
typedef float Pixel __attribute__((vector_size(16)));
typedef int32_t Whole __attribute__((vector_size(16)));

inline void store(Pixel sum, float* out) {
  for (int c = 0; c < 3; ++c) out[c] = sum[c];
}
// Weights are positive and sum to one, so nothing leaves 0 to 255.
inline void store(Pixel sum, uint8_t* out) {
  const Whole rounded = __builtin_convertvector(sum + 0.5f, Whole);
  for (int c = 0; c < 3; ++c) out[c] = static_cast<uint8_t>(rounded[c]);
}

template <class T>
ImageOf<T> shrink(ImageViewOf<T> image, int width, int height) {
  const Taps<float> columns = area_taps(image.width, width), rows = area_taps(image.height, height);
  ImageOf<T> out(width, height);
  const size_t row_size = static_cast<size_t>(image.width) * 3;
  std::vector<float> blended(row_size + 1);
  for (int y = 0; y < height; ++y) {
    const auto v = static_cast<size_t>(y);
    blend_rows(image.at(0, rows.first[v]),
               image.stride,
               row_size,
               rows.count[v],
               rows.of(y),
               blended.data());
    T* to = out.at(0, y);
    for (int x = 0; x < width; ++x, to += 3) {
      const auto u = static_cast<size_t>(x);
      const float* from = blended.data() + static_cast<size_t>(columns.first[u]) * 3;
      const float* weights = columns.of(x);
      Pixel sum{};
      for (int s = 0; s < columns.count[u]; ++s, from += 3) {
        Pixel pixel;
        __builtin_memcpy(&pixel, from, sizeof(pixel));
        sum += pixel * weights[s];
      }
      store(sum, to);
    }
  }
  return out;
}

}  // namespace

Image resize_area(ImageView image, int width, int height) { return shrink(image, width, height); }

FloatImage resize_area(FloatImageView image, int width, int height) {
  return shrink(image, width, height);
}

}  // namespace loci::internal
