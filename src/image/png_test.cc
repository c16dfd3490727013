// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "codecs_test.h"

#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <algorithm>
#include <png.h>
#include <zlib.h>

namespace loci {
namespace {

struct Kind {
  int colour = PNG_COLOR_TYPE_RGB;
  int depth = 8;
  bool interlaced = false;
  bool transparent = false;  ///< a tRNS chunk
  int width = 37;
  int height = 21;
};

/// A PNG of random pixels.
Bytes make_png(const Kind& kind) {
  Bytes out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  const auto write = [](png_structp to, png_bytep data, size_t size) {
    auto* bytes = static_cast<Bytes*>(png_get_io_ptr(to));
    bytes->insert(bytes->end(), data, data + size);
  };
  png_set_write_fn(png, &out, write, nullptr);
  png_set_IHDR(png,
               info,
               static_cast<png_uint_32>(kind.width),
               static_cast<png_uint_32>(kind.height),
               kind.depth,
               kind.colour,
               kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_set_gAMA(png, info, 1.0);  // to be passed over
  Bytes shades = random_bytes(256 * 3, 3);
  if (kind.colour == PNG_COLOR_TYPE_PALETTE) {
    png_set_PLTE(png, info, reinterpret_cast<png_color*>(shades.data()), 1 << kind.depth);
  }
  if (kind.transparent) {
    png_color_16 clear{};
    Bytes alpha(size_t{1} << std::min(kind.depth, 8), 77);
    const bool palette = kind.colour == PNG_COLOR_TYPE_PALETTE;
    png_set_tRNS(png, info, alpha.data(), palette ? static_cast<int>(alpha.size()) : 1, &clear);
  }
  png_write_info(png, info);
  const size_t row = png_get_rowbytes(png, info);
  Bytes pixels = random_bytes(row * static_cast<size_t>(kind.height), 4);
  std::vector<png_bytep> rows;
  for (int y = 0; y < kind.height; ++y)
    rows.push_back(pixels.data() + row * static_cast<size_t>(y));
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

/// Writes `size` at `at` and mends the header chunk's checksum.
void set_side(Bytes& png, size_t at, uint32_t size) {
  for (size_t i = 0; i < 4; ++i) png[at + i] = static_cast<uint8_t>(size >> (24 - 8 * i));
  const auto crc = static_cast<uint32_t>(crc32(0, png.data() + 12, 17));
  for (size_t i = 0; i < 4; ++i) png[29 + i] = static_cast<uint8_t>(crc >> (24 - 8 * i));
}

TEST(Png, EveryKindIsReadAsOpenCvReadsIt) {
  const std::vector<std::pair<int, std::vector<int>>> kinds = {
      {PNG_COLOR_TYPE_GRAY, {1, 2, 4, 8, 16}},
      {PNG_COLOR_TYPE_RGB, {8, 16}},
      {PNG_COLOR_TYPE_PALETTE, {1, 2, 4, 8}},
      {PNG_COLOR_TYPE_GRAY_ALPHA, {8, 16}},
      {PNG_COLOR_TYPE_RGB_ALPHA, {8, 16}}};
  for (const auto& [colour, depths] : kinds) {
    for (int depth : depths) {
      for (int variant = 0; variant < 8; ++variant) {
        const bool has_alpha = (colour & PNG_COLOR_MASK_ALPHA) != 0;
        if (has_alpha && (variant & 2) != 0) continue;
        Kind kind{colour, depth, (variant & 1) != 0, (variant & 2) != 0};
        if ((variant & 4) != 0) kind.width = 1, kind.height = 3;
        expect_as_opencv(make_png(kind),
                         "colour " + std::to_string(colour) + " depth " + std::to_string(depth) +
                             " variant " + std::to_string(variant));
      }
    }
  }
}

TEST(Png, MorePixelsThanTheDataCanHoldAreRefusedBeforeTheirMemoryIsTaken) {
  Bytes png = make_png({});
  set_side(png, 16, 15000);
  set_side(png, 20, 15000);
  expect_refused(png, Code::kCorrupt, "cannot hold the 15000 x 15000 pixels");
}

TEST(Png, FewerPixelsThanTheHeaderSaysAreCorrupt) {
  Bytes png = make_png({});
  set_side(png, 20, 22);
  testing::internal::CaptureStderr();
  expect_refused(png, Code::kCorrupt, "the png image cannot be decoded: ");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Png, DamageIsRefusedQuietly) {
  EXPECT_GT(expect_calm(make_png({PNG_COLOR_TYPE_PALETTE, 4, true, true}), 200), 100);
}

TEST(EncodePng, GivesTheSameBytesEveryTimeWhichOpenCvReads) {
  const Image scene = sketch_place(5, 1, 61, 47);
  const Bytes png = encode_png(scene).value();
  EXPECT_EQ(png, encode_png(scene).value());
  EXPECT_EQ(by_opencv(png).pixels, scene.pixels);
}

}  // namespace
}  // namespace loci
