// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/rng.h"
#include "loci/image/decode.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace loci {

using Bytes = std::vector<uint8_t>;

/// What OpenCV's imgcodecs read: R G B, or no pixels where it refuses.
inline Image by_opencv(const Bytes& bytes) {
  const cv::Mat bgr = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  Image image(bgr.cols, bgr.rows);
  for (int y = 0; y < bgr.rows; ++y) {
    for (int x = 0; x < 3 * bgr.cols; ++x) {
      image.at(0, y)[x] = bgr.ptr<uint8_t>(y)[x / 3 * 3 + 2 - x % 3];
    }
  }
  return image;
}

inline void expect_as_opencv(const Bytes& bytes, const std::string& what) {
  const auto ours = decode_image(bytes, what);
  ASSERT_TRUE(ours.ok()) << ours.status().to_string();
  const Image theirs = by_opencv(bytes);
  ASSERT_FALSE(theirs.empty()) << what;
  ASSERT_EQ(ours->width, theirs.width) << what;
  ASSERT_EQ(ours->height, theirs.height) << what;
  EXPECT_EQ(ours->pixels, theirs.pixels) << what;
}

/// A failure of this code, whose message has `words`.
inline void expect_refused(const Bytes& bytes, Code code, std::string_view words) {
  const auto image = decode_image(bytes, "file");
  ASSERT_EQ(image.status().code(), code) << image.status().to_string();
  EXPECT_NE(image.status().message().find(words), std::string::npos) << image.status().to_string();
}

inline Bytes random_bytes(size_t count, uint64_t seed) {
  Rng rng(seed, "codecs");
  Bytes bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(rng.next() >> 56);
  return bytes;
}

/// Cuts, flips and overwrites: nothing may crash, print, or come out of another size than probed.
/// Returns how many of the damaged files were refused.
inline int expect_calm(const Bytes& whole, int rounds) {
  Rng rng(11, "damage");
  int refused = 0;
  testing::internal::CaptureStderr();
  for (int round = 0; round < rounds; ++round) {
    Bytes bytes = whole;
    if (round % 3 == 0) bytes.resize(rng.below(bytes.size()));
    for (int flips = 0; flips < round % 4 && !bytes.empty(); ++flips) {
      bytes[rng.below(bytes.size())] = static_cast<uint8_t>(rng.next() >> 56);
    }
    DecodeOptions options;
    options.max_pixels = 1 << 18;
    options.apply_orientation = false;
    const auto image = decode_image(bytes, "damaged", options);
    if (!image.ok()) {
      ++refused;
      EXPECT_FALSE(image.status().message().empty());
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  return refused;
}

inline void put16(Bytes& out, uint32_t value, bool big_endian = false) {
  const auto low = static_cast<uint8_t>(value), high = static_cast<uint8_t>(value >> 8);
  out.push_back(big_endian ? high : low);
  out.push_back(big_endian ? low : high);
}
inline void put32(Bytes& out, uint32_t value, bool big_endian = false) {
  put16(out, big_endian ? value >> 16 : value & 0xFFFF, big_endian);
  put16(out, big_endian ? value & 0xFFFF : value >> 16, big_endian);
}

}  // namespace loci
