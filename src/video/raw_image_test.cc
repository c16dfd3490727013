// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "raw_image.h"

#include "gps_track.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

/// A row's pixels, three numbers each.
std::vector<int> pixels_of(const std::string& encoding,
                           uint32_t width,
                           uint32_t height,
                           uint32_t step,
                           const std::vector<uint8_t>& data,
                           bool big_endian = false) {
  const Image image = to_image({0, height, width, encoding, big_endian, step, Bytes(data)}).value();
  EXPECT_EQ(image.width, static_cast<int>(width));
  EXPECT_EQ(image.height, static_cast<int>(height));
  return {image.pixels.begin(), image.pixels.end()};
}

using Values = std::vector<int>;

TEST(RawImage, ChannelsComeInTheOrderOfTheEncoding) {
  EXPECT_EQ(pixels_of("rgb8", 1, 1, 3, {1, 2, 3}), (Values{1, 2, 3}));
  EXPECT_EQ(pixels_of("bgr8", 1, 1, 3, {1, 2, 3}), (Values{3, 2, 1}));
  EXPECT_EQ(pixels_of("rgba8", 2, 1, 8, {1, 2, 3, 9, 4, 5, 6, 9}), (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(pixels_of("bgra8", 1, 1, 4, {1, 2, 3, 9}), (Values{3, 2, 1}));
  EXPECT_EQ(pixels_of("mono8", 2, 1, 2, {7, 8}), (Values{7, 7, 7, 8, 8, 8}));
}

TEST(RawImage, SixteenBitsAreScaledInEitherByteOrder) {
  EXPECT_EQ(pixels_of("mono16", 2, 1, 4, {0, 0x80, 0xFF, 0xFF}),
            (Values{128, 128, 128, 255, 255, 255}));
  EXPECT_EQ(pixels_of("mono16", 2, 1, 4, {0x80, 0, 0, 0xFF}, true),
            (Values{128, 128, 128, 0, 0, 0}));
  EXPECT_EQ(pixels_of("MONO16", 2, 1, 4, {0, 0, 0xFF, 0x0F}), (Values{0, 0, 0, 255, 255, 255}))
      << "12 bits fill the range";
  EXPECT_EQ(pixels_of("bgr16", 1, 1, 6, {0, 0x10, 0, 0x20, 0, 0x30}), (Values{48, 32, 16}));
}

TEST(RawImage, RowsMayBePaddedButForTheLast) {
  EXPECT_EQ(pixels_of("mono8", 1, 3, 4, {1, 9, 9, 9, 2, 9, 9, 9, 3}),
            (Values{1, 1, 1, 2, 2, 2, 3, 3, 3}));
}

TEST(RawImage, MosaicsAreInterpolated) {
  // Red 200, green 100, blue 50 everywhere: every pixel must come out as that, whatever the order.
  const auto mosaic = [](const std::string& colours) {
    std::vector<uint8_t> out;
    for (size_t y = 0; y < 4; ++y) {
      for (size_t x = 0; x < 6; ++x) {
        const char colour = colours[y % 2 * 2 + x % 2];
        out.push_back(colour == 'r' ? 200 : colour == 'g' ? 100 : 50);
      }
    }
    return out;
  };
  for (const char* order : {"rggb", "bggr", "gbrg", "grbg"}) {
    const Values got = pixels_of(std::string("bayer_") + order + "8", 6, 4, 6, mosaic(order));
    for (size_t i = 0; i < got.size(); ++i)
      EXPECT_EQ(got[i], (Values{200, 100, 50})[i % 3]) << order;
  }
  // Green at a red pixel is the mean of its four neighbours, blue of its four corners.
  const std::vector<uint8_t> rggb{0, 0,  0,  0,  0,  //
                                  0, 40, 4,  80, 0,  //
                                  0, 8,  9,  16, 0,  //
                                  0, 20, 12, 60, 0, 0, 0, 0, 0, 0};
  const Values got = pixels_of("bayer_rggb8", 5, 5, 5, rggb);
  const auto* centre = &got[(2 * 5 + 2) * 3];
  EXPECT_EQ(centre[0], 9);
  EXPECT_EQ(centre[1], 10);
  EXPECT_EQ(centre[2], 50);
}

TEST(RawImage, PairsOfYuvShareTheirColour) {
  // BT.601's red is (81, 90, 240); black and white are 16 and 235 with a chroma of 128.
  const Values red = pixels_of("yuv422", 2, 1, 4, {90, 81, 240, 81});
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(red[i], i % 3 == 0 ? 255 : 0, 2) << i;
  EXPECT_EQ(pixels_of("yuv422", 2, 2, 4, {128, 16, 128, 235, 128, 235, 128, 16}),
            (Values{0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0}));
  EXPECT_EQ(pixels_of("yuv422_yuy2", 2, 1, 4, {81, 90, 81, 240}), red);
  const std::vector<uint8_t> odd(6);
  EXPECT_EQ(to_image({0, 1, 3, "yuv422", false, 6, Bytes(odd)}).status().code(), Code::kCorrupt);
}

TEST(RawImage, PlanesOfYuvShareAColourAmongFourPixels) {
  const std::vector<uint8_t> nv12{81, 81, 81, 81, 90, 240}, nv21{81, 81, 81, 81, 240, 90};
  const Values red = pixels_of("nv12", 2, 2, 2, nv12);
  for (size_t i = 0; i < 12; ++i) EXPECT_NEAR(red[i], i % 3 == 0 ? 255 : 0, 2) << i;
  EXPECT_EQ(pixels_of("nv21", 2, 2, 2, nv21), red);
  EXPECT_EQ(to_image({0, 2, 2, "nv12", false, 2, Bytes(nv12).first(5)}).status().code(),
            Code::kCorrupt);
}

TEST(RawImage, SixteenBitsAPixelAreThreeColours) {
  EXPECT_EQ(pixels_of("rgb565", 3, 1, 6, {0x00, 0xF8, 0xE0, 0x07, 0x1F, 0x00}),
            (Values{255, 0, 0, 0, 255, 0, 0, 0, 255}));
  EXPECT_EQ(pixels_of("bgr565", 1, 1, 2, {0xF8, 0x00}, true), (Values{0, 0, 255}));
}

TEST(RawImage, MosaicsOfTwelveBitsFillTheRange) {
  std::vector<uint8_t> data;
  for (int i = 0; i < 16; ++i) {
    const int value = i * 4095 / 15;
    data.push_back(static_cast<uint8_t>(value));
    data.push_back(static_cast<uint8_t>(value >> 8));
  }
  const Values got = pixels_of("bayer_rggb16", 4, 4, 8, data);
  EXPECT_GT(*std::ranges::max_element(got), 200);
}

TEST(RawImage, WhatDoesNotFitIsRefused) {
  const std::vector<uint8_t> data(100);
  const auto code =
      [&](const std::string& encoding, uint32_t width, uint32_t height, uint32_t step) {
        return to_image({0, height, width, encoding, false, step, Bytes(data)}).status().code();
      };
  EXPECT_EQ(code("mono8", 10, 10, 10), Code::kOk);
  EXPECT_EQ(code("mono8", 10, 11, 10), Code::kCorrupt);
  EXPECT_EQ(code("mono8", 10, 2, 9), Code::kCorrupt);
  EXPECT_EQ(code("rgb8", 0, 0, 0), Code::kCorrupt);
  EXPECT_EQ(code("rgb8", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF), Code::kCorrupt);
  EXPECT_EQ(code("bgra16", 0x20000000, 1, 0), Code::kCorrupt) << "8 * 2^29 is 2^32";
  EXPECT_EQ(code("32FC1", 1, 1, 4), Code::kUnsupported);
}

TEST(GpsTrack, GoesTheShortWayAcrossTheDateLine) {
  const std::vector<GpsFix> track{{0, {0, 179.999}, {}}, {1'000'000'000, {0, -179.999}, {}}};
  EXPECT_NEAR(gps_at(track, 250'000'000)->position.lon, 179.9995, 1e-9);
  EXPECT_NEAR(gps_at(track, 750'000'000)->position.lon, -179.9995, 1e-9);
  EXPECT_FALSE(gps_at(track, 4'000'000'000));
  EXPECT_FALSE(gps_at({}, 0));
}

}  // namespace
}  // namespace loci::internal
