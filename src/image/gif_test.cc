// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/decode.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Bytes = std::vector<uint8_t>;

void u16(Bytes& out, int value) {
  out.push_back(static_cast<uint8_t>(value));
  out.push_back(static_cast<uint8_t>(value >> 8));
}

/// LZW codes of one width: a clear code before every 100 pixels, so that no code grows beyond 8 bits of colours.
Bytes lzw(const Bytes& pixels) {
  Bytes codes;
  uint32_t held = 0;
  int bits = 0;
  const auto put = [&](uint32_t code) {
    held |= code << bits;
    for (bits += 9; bits >= 8; bits -= 8, held >>= 8) codes.push_back(static_cast<uint8_t>(held));
  };
  for (size_t i = 0; i < pixels.size(); ++i) {
    if (i % 100 == 0) put(256);
    put(pixels[i]);
  }
  put(257);
  if (bits > 0) codes.push_back(static_cast<uint8_t>(held));
  Bytes out{8};
  for (size_t at = 0; at < codes.size(); at += 255) {
    const size_t length = std::min<size_t>(255, codes.size() - at);
    out.push_back(static_cast<uint8_t>(length));
    out.insert(out.end(),
               codes.begin() + static_cast<ptrdiff_t>(at),
               codes.begin() + static_cast<ptrdiff_t>(at + length));
  }
  out.push_back(0);
  return out;
}

/// Colour i is (i, 255 - i, 7); a screen of 20 x 10 whose background is colour 9.
Bytes gif(int left, int top, int width, int height, const Bytes& pixels, bool interlaced = false) {
  Bytes out;
  for (const char c : std::string("GIF89a")) out.push_back(static_cast<uint8_t>(c));
  u16(out, 20);
  u16(out, 10);
  out.insert(out.end(), {0xF7, 9, 0});
  for (int i = 0; i < 256; ++i) {
    out.push_back(static_cast<uint8_t>(i));
    out.push_back(static_cast<uint8_t>(255 - i));
    out.push_back(7);
  }
  out.insert(out.end(), {0x21, 0xF9, 4, 0, 10, 0, 0, 0});  // of an animation: 0.1 s
  out.push_back(0x2C);
  for (const int value : {left, top, width, height}) u16(out, value);
  out.push_back(interlaced ? 0x40 : 0);
  const Bytes packed = lzw(pixels);
  out.insert(out.end(), packed.begin(), packed.end());
  return out;
}

TEST(Gif, TheFirstFrameLiesOnItsScreen) {
  Bytes pixels;
  for (int i = 0; i < 12 * 5; ++i) pixels.push_back(static_cast<uint8_t>(i * 4));
  Bytes file = gif(3, 2, 12, 5, pixels);
  file.push_back(0x3B);
  const Image image = decode_image(file, "a.gif").value();
  ASSERT_EQ(image.width, 20);
  ASSERT_EQ(image.height, 10);
  EXPECT_EQ(image.at(0, 0)[0], 9);
  EXPECT_EQ(image.at(3, 2)[0], 0);
  EXPECT_EQ(image.at(3, 2)[1], 255);
  EXPECT_EQ(image.at(4, 3)[0], 13 * 4);
  EXPECT_EQ(image.at(14, 6)[0], 59 * 4);
  EXPECT_EQ(image.at(15, 6)[0], 9);
  EXPECT_EQ(probe_image(file, "a.gif")->format, "gif");
}

TEST(Gif, InterlacedRowsComeInTheirPlaces) {
  Bytes pixels;
  for (const int row : {0, 8, 4, 2, 6, 1, 3, 5, 7, 9})
    pixels.insert(pixels.end(), 20, static_cast<uint8_t>(row));
  const Image image = decode_image(gif(0, 0, 20, 10, pixels, true), "a.gif").value();
  for (int y = 0; y < 10; ++y) EXPECT_EQ(image.at(7, y)[0], y);
}

TEST(Gif, WhatIsCutShortOrTooLargeForItsBytesIsRefused) {
  const Bytes whole = gif(0, 0, 20, 10, Bytes(200, 5));
  for (size_t size = 0; size + 4 < whole.size(); size += 5) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(decode_image(cut, "a.gif").status().code(), Code::kCorrupt) << size;
  }
  Bytes huge = whole;
  huge[6] = huge[7] = huge[8] = 0xFF;
  huge[9] = 0x03;
  EXPECT_EQ(decode_image(huge, "a.gif").status().code(), Code::kCorrupt);
}

TEST(Gif, AnyBytesAreReadOrRefused) {
  const Bytes whole = gif(0, 0, 20, 10, Bytes(200, 5));
  for (size_t at = 6; at < whole.size(); ++at) {
    for (const uint8_t value : {0, 1, 0x7F, 0xFF}) {
      Bytes changed = whole;
      changed[at] = value;
      (void)decode_image(changed, "a.gif");
    }
  }
}

}  // namespace
}  // namespace loci
