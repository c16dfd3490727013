// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "codecs_test.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace loci {
namespace {

struct Kind {
  uint32_t bits = 24;
  uint32_t header = 40;
  bool from_top = false;
  uint32_t colours = 0;  ///< of the palette; 0: as many as the bits allow
  uint32_t compression = 0;
  std::array<uint32_t, 3> masks{};
  int width = 13;
  int height = 7;
};

/// A BMP of random pixels.
Bytes make_bmp(const Kind& kind) {
  const auto height = static_cast<uint32_t>(kind.height), width = static_cast<uint32_t>(kind.width);
  const uint32_t stride = (width * kind.bits + 31) / 32 * 4;
  const uint32_t colours = kind.bits > 8 ? 0 : kind.colours > 0 ? kind.colours : 1u << kind.bits;
  const uint32_t entry = kind.header == 12 ? 3 : 4;
  const bool masks_behind = kind.compression == 3 && kind.header == 40;
  Bytes out = {'B', 'M'};
  put32(out, 0);
  put32(out, 0);
  put32(out, 14 + kind.header + (masks_behind ? 12 : 0) + colours * entry);
  put32(out, kind.header);
  if (kind.header == 12) {
    put16(out, width);
    put16(out, height);
    put16(out, 1);
    put16(out, kind.bits);
  } else {
    put32(out, width);
    put32(out, kind.from_top ? 0u - height : height);
    put16(out, 1);
    put16(out, kind.bits);
    put32(out, kind.compression);
    for (int i = 0; i < 3; ++i) put32(out, 0);
    put32(out, kind.colours);
    put32(out, 0);
    if (kind.compression == 3) {
      for (uint32_t mask : kind.masks) put32(out, mask);
    }
    out.resize(std::max<size_t>(out.size(), 14 + kind.header));
  }
  const Bytes palette = random_bytes(colours * entry, 5), pixels = random_bytes(stride * height, 6);
  out.insert(out.end(), palette.begin(), palette.end());
  out.insert(out.end(), pixels.begin(), pixels.end());
  return out;
}

TEST(Bmp, UsualKindsAreReadAsOpenCvReadsThem) {
  for (uint32_t bits : {1u, 4u, 8u, 24u, 32u}) {
    for (uint32_t header : {12u, 40u, 108u, 124u}) {
      for (bool from_top : {false, true}) {
        if (header == 12 && from_top) continue;
        Kind kind{bits, header, from_top};
        expect_as_opencv(make_bmp(kind), std::to_string(bits) + " bits, " + std::to_string(header));
      }
    }
  }
  expect_as_opencv(make_bmp({8, 40, false, 200}), "palette of 200");
  const std::array<uint32_t, 3> masks{0xFF0000, 0xFF00, 0xFF};
  expect_as_opencv(make_bmp({32, 40, false, 0, 3, masks}), "usual masks behind the header");
  expect_as_opencv(make_bmp({32, 124, false, 0, 3, masks}), "usual masks in the header");
}

/// OpenCV makes 5 bits 8 by three zeros, so that its white is 248.
TEST(Bmp, SixteenBitsReachWhite) {
  const std::array<uint32_t, 3> masks{0xF800, 0x7E0, 0x1F};
  for (const Bytes& bytes : {make_bmp({16, 40}), make_bmp({16, 40, false, 0, 3, masks})}) {
    const Image ours = decode_image(bytes, "16 bits").value(), theirs = by_opencv(bytes);
    ASSERT_EQ(ours.pixels.size(), theirs.pixels.size());
    for (size_t i = 0; i < ours.pixels.size(); ++i) {
      ASSERT_LE(std::abs(ours.pixels[i] - theirs.pixels[i]), 7) << i;
    }
  }
  Bytes white = make_bmp({16, 40, false, 0, 3, masks, 2, 1});
  white[white.size() - 4] = white[white.size() - 3] = 0xFF;
  EXPECT_EQ(decode_image(white, "white")->at(0, 0)[0], 255);
  EXPECT_EQ(decode_image(white, "white")->at(0, 0)[2], 255);
}

/// OpenCV takes B G R whatever the masks say.
TEST(Bmp, MasksSayWhereColoursAre) {
  Bytes bytes = make_bmp({32, 40, false, 0, 3, {0xFF, 0xFF00, 0x3FF00000}, 1, 1});
  const std::array<uint8_t, 4> pixel{10, 20, 0xF0, 0x3F};
  std::copy(pixel.begin(), pixel.end(), bytes.end() - 4);
  EXPECT_EQ(decode_image(bytes, "masks")->pixels, Bytes({10, 20, 255}));
}

TEST(Bmp, ColoursThatThePaletteLacksAreBlack) {
  Bytes bytes = make_bmp({8, 40, false, 2, 0, {}, 1, 1});
  bytes[bytes.size() - 4] = 200;
  EXPECT_EQ(decode_image(bytes, "index")->pixels, Bytes({0, 0, 0}));
}

TEST(Bmp, CutShortIsCorruptButForThePaddingOfTheLastRow) {
  const Bytes whole = make_bmp({});  // 39 bytes a row and 1 of padding
  EXPECT_TRUE(decode_image(std::span(whole).first(whole.size() - 1), "file").ok());
  expect_refused(
      Bytes(whole.begin(), whole.end() - 2), Code::kCorrupt, "cannot hold the 13 x 7 pixels");
  Bytes huge = whole;
  huge[20] = huge[24] = 0x20;  // more than 8,000 times 8,000 more
  expect_refused(huge, Code::kUnsupported, "pixels are more than the limit");
  huge[20] = huge[24] = 0;
  huge[19] = huge[23] = 0x20;
  expect_refused(huge, Code::kCorrupt, "cannot hold");
  EXPECT_GT(expect_calm(make_bmp({4, 40, false, 9}), 200), 60);
}

TEST(Bmp, WhatIsNotReadIsNamedWithARemedy) {
  expect_refused(make_bmp({8, 40, false, 0, 1}), Code::kUnsupported, "is run-length coded");
  expect_refused(make_bmp({24, 40, false, 0, 4}), Code::kUnsupported, "convert it to PNG");
  expect_refused(make_bmp({13, 40}), Code::kUnsupported, "13 bits a pixel");
}

}  // namespace
}  // namespace loci
