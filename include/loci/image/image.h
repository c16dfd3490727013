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

/// Such pixels where they lie: of an ImageOf, or in a buffer of someone else's (a camera's, a
/// cv::Mat, a NumPy array), whose rows may be padded. Owns nothing; cheap to copy.
template <class T>
struct ImageViewOf {
  int width = 0;
  int height = 0;
  const T* first = nullptr;  ///< the upper left pixel
  size_t stride = 0;         ///< values from one row to the next, at least 3 * width

  ImageViewOf() = default;
  ImageViewOf(const T* pixels, int w, int h)
      : ImageViewOf(pixels, w, h, static_cast<size_t>(w) * 3) {}
  ImageViewOf(const T* pixels, int w, int h, size_t row_stride)
      : width(w), height(h), first(pixels), stride(row_stride) {}
  ImageViewOf(const ImageOf<T>& image)  // NOLINT: an image is a view of itself
      : ImageViewOf(image.pixels.data(), image.width, image.height) {}
  bool empty() const { return width == 0 || height == 0; }
  const T* at(int x, int y) const {
    return first + static_cast<size_t>(y) * stride + static_cast<size_t>(x) * 3;
  }
  std::span<const T> row(int y) const { return {at(0, y), static_cast<size_t>(width) * 3}; }
};

using Image = ImageOf<uint8_t>;     ///< 0 to 255
using FloatImage = ImageOf<float>;  ///< 0 to 255 as well, without rounding
using ImageView = ImageViewOf<uint8_t>;
using FloatImageView = ImageViewOf<float>;

Image copy_of(ImageView image);
FloatImage copy_of(FloatImageView image);
FloatImage to_float(ImageView image);
/// Brightness 0.299 R + 0.587 G + 0.114 B, rounded, width * height bytes.
std::vector<uint8_t> to_grey(ImageView image);

}  // namespace loci
