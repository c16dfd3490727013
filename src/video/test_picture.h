// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "write_bag.h"

#include "loci/image/encode.h"

#include <algorithm>
#include <string>

namespace loci::internal {

/// 64 x 48 pixels, red, but for a first column of brightness `value`.
inline Image test_picture(int value) {
  Image out(64, 48);
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      out.at(x, y)[0] = 200;
      if (x < 8) std::fill_n(out.at(x, y), 3, static_cast<uint8_t>(value));
    }
  }
  return out;
}

inline void write_raw(BagWriter& bag, const std::string& topic, double at_s, int value) {
  bag.raw_image(topic, at_s, "rgb8", 64, 48, test_picture(value).pixels);
}

inline void write_jpeg(BagWriter& bag, const std::string& topic, double at_s, int value) {
  bag.compressed_image(topic, at_s, encode_jpeg(test_picture(value), 95).value());
}

}  // namespace loci::internal
