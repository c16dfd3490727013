// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace loci {

/// Pixels in rows from the top, three channels R G B a pixel, no padding: element (y * width + x) *
/// 3 + channel.
template <class T>
struct ImageOf {
  int width = 0;
  int height = 0;
  std::vector<T> pixels;

  ImageOf() = default;
  ImageOf(int w, int h)
      : width(w), height(h), pixels(static_cast<size_t>(w) * static_cast<size_t>(h) * 3) {}
  bool empty() const { return pixels.empty(); }
  T* at(int x, int y) { return pixels.data() + (static_cast<size_t>(y) * width + x) * 3; }
  const T* at(int x, int y) const {
    return pixels.data() + (static_cast<size_t>(y) * width + x) * 3;
  }
};

using Image = ImageOf<uint8_t>;     ///< 0 to 255
using FloatImage = ImageOf<float>;  ///< 0 to 255 as well, without rounding

FloatImage to_float(const Image& image);
/// Brightness 0.299 R + 0.587 G + 0.114 B, rounded, width * height bytes.
std::vector<uint8_t> to_grey(const Image& image);

}  // namespace loci
