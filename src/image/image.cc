// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/image.h"

namespace loci {

FloatImage to_float(const Image& image) {
  FloatImage out(image.width, image.height);
  for (size_t i = 0; i < image.pixels.size(); ++i)
    out.pixels[i] = static_cast<float>(image.pixels[i]);
  return out;
}

std::vector<uint8_t> to_grey(const Image& image) {
  std::vector<uint8_t> grey(image.pixels.size() / 3);
  const uint8_t* p = image.pixels.data();
  for (uint8_t& g : grey) {
    // 0.299, 0.587, 0.114 times 2^16; they sum to 2^16 exactly, so white stays 255.
    g = static_cast<uint8_t>((19595u * p[0] + 38470u * p[1] + 7471u * p[2] + 32768u) >> 16);
    p += 3;
  }
  return grey;
}

}  // namespace loci
