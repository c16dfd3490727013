// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/image.h"

#include <algorithm>

namespace loci {
namespace {

template <class To, class From>
ImageOf<To> converted(ImageViewOf<From> image) {
  ImageOf<To> out(image.width, image.height);
  for (int y = 0; y < image.height; ++y) std::ranges::copy(image.row(y), out.at(0, y));
  return out;
}

}  // namespace

Image copy_of(ImageView image) { return converted<uint8_t>(image); }

FloatImage copy_of(FloatImageView image) { return converted<float>(image); }

FloatImage to_float(ImageView image) { return converted<float>(image); }

std::vector<uint8_t> to_grey(ImageView image) {
  std::vector<uint8_t> grey(static_cast<size_t>(image.width) * static_cast<size_t>(image.height));
  uint8_t* g = grey.data();
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* p = image.at(0, y);
    for (int x = 0; x < image.width; ++x, p += 3) {
      // 0.299, 0.587, 0.114 times 2^16; they sum to 2^16 exactly, so white stays 255.
      *g++ = static_cast<uint8_t>((19595u * p[0] + 38470u * p[1] + 7471u * p[2] + 32768u) >> 16);
    }
  }
  return grey;
}

}  // namespace loci
