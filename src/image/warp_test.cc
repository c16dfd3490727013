// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/warp.h"

#include "loci/image/sketch.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Homography, TakesTheUnitSquareToFourCorners) {
  const std::array<ImagePosition, 4> corners = {
      ImagePosition{0.1, 0.2}, {0.9, 0.05}, {1.1, 0.8}, {-0.2, 0.9}};
  const Homography map = Homography::to_corners(corners);
  const ImagePosition square[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(map(square[i]).u, corners[i].u, 1e-12);
    EXPECT_NEAR(map(square[i]).v, corners[i].v, 1e-12);
  }
  // Straight lines stay straight: diagonals meet where the corners' diagonals do.
  const ImagePosition middle = map({0.5, 0.5});
  const auto beside = [&](ImagePosition a, ImagePosition b) {
    return (b.u - a.u) * (middle.v - a.v) - (b.v - a.v) * (middle.u - a.u);
  };
  EXPECT_NEAR(beside(corners[0], corners[2]), 0, 1e-12);
  EXPECT_NEAR(beside(corners[1], corners[3]), 0, 1e-12);
}

TEST(Warp, WithoutAChangeEveryPixelStays) {
  const Image image = sketch_place(2, 1, 61, 47);
  EXPECT_EQ(warp(image, {}, 61, 47).pixels, image.pixels);
}

TEST(Warp, AShiftByWholePixelsCopiesThemAndMirrorsTheEdge) {
  const Image image = sketch_place(2, 1, 50, 40);
  const Image out = warp(image, {.c = 3.0 / 50, .f = -2.0 / 40}, 50, 40);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 50; ++x) {
      const int from_x = x + 3 < 50 ? x + 3 : 99 - (x + 3);  // 49 | 49 48 47
      const int from_y = y - 2 >= 0 ? y - 2 : -1 - (y - 2);  // 1 0 | 0 1
      for (int k = 0; k < 3; ++k)
        ASSERT_NEAR(out.at(x, y)[k], image.at(from_x, from_y)[k], 1) << x << ' ' << y;
    }
  }
}

TEST(Warp, BetweenPixelsIsTheirWeightedMean) {
  Image image(2, 1);
  std::fill_n(image.at(0, 0), 3, uint8_t{40});
  std::fill_n(image.at(1, 0), 3, uint8_t{200});
  // A quarter of a pixel to the right: 40 + 0.25 * 160, and the mirrored edge.
  const Image out = warp(image, {.c = 0.125}, 2, 1);
  EXPECT_EQ(out.at(0, 0)[0], 80);
  EXPECT_EQ(out.at(1, 0)[0], 200);
}

TEST(Warp, FarOutsideIsStillAPixelOfTheImage) {
  Image image(3, 2);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(90 + i);
  for (const double far : {7.0, -7.0, 1e9, -1e300}) {
    const Image out = warp(image, {.c = far, .f = -far}, 5, 4);
    for (const uint8_t value : out.pixels) {
      ASSERT_GE(value, 90);
      ASSERT_LE(value, 90 + 17);
    }
  }
}

}  // namespace
}  // namespace loci
