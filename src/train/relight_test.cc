// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "relight.h"

#include "loci/image/sketch.h"

#include <cstdlib>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace loci::train {
namespace {

Image even(int width, int height, uint8_t value) {
  Image image(width, height);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

double mean(const Image& image) {
  return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) /
         static_cast<double>(image.pixels.size());
}

TEST(Relight, ItsStreamDecidesEveryPixel) {
  const Image image = sketch_place(3, 1, 160, 120);
  std::set<std::vector<uint8_t>> seen;
  for (uint64_t stream = 0; stream < 30; ++stream) {
    Rng one(1, stream), again(1, stream);
    const Image out = relight(image, &one);
    EXPECT_EQ(out.width, 160);
    EXPECT_EQ(out.height, 120);
    EXPECT_EQ(out.pixels, relight(image, &again).pixels);
    seen.insert(out.pixels);
  }
  EXPECT_EQ(seen.size(), 30);
  EXPECT_FALSE(seen.contains(image.pixels));
}

TEST(Relight, NightsAndDaysAreAmongTheDraws) {
  const Image image = sketch_place(3, 1, 160, 120);
  int dark = 0, bright = 0;
  for (uint64_t stream = 0; stream < 60; ++stream) {
    Rng rng(1, stream);
    const double light = mean(relight(image, &rng)) / mean(image);
    dark += light < 0.4 ? 1 : 0;
    bright += light > 0.8 ? 1 : 0;
  }
  EXPECT_GE(dark, 6);
  EXPECT_GE(bright, 20);
}

TEST(Lamplit, LampsLightenWhatStandsRoundThem) {
  int spread = 0, lit_black = 0;
  for (uint64_t stream = 0; stream < 20; ++stream) {
    Rng rng(1, stream), same(1, stream);
    Image wall = even(200, 150, 160), black = even(200, 150, 0);
    make_lamplit(&wall, &rng);
    make_lamplit(&black, &same);
    const auto [darkest, brightest] = std::minmax_element(wall.pixels.begin(), wall.pixels.end());
    spread += *brightest > *darkest + 60 ? 1 : 0;
    // Black things stay black but for the lamps themselves.
    EXPECT_LE(mean(black), mean(wall));
    lit_black += mean(black) > 0 ? 1 : 0;
  }
  EXPECT_GE(spread, 10);
  EXPECT_GE(lit_black, 5);
}

TEST(CastShadow, DarkensOneSideOfAStraightEdgeAlone) {
  for (uint64_t stream = 0; stream < 20; ++stream) {
    Rng rng(4, stream);
    Image wall = even(120, 90, 200);
    cast_shadow(&wall, &rng);
    std::set<uint8_t> values(wall.pixels.begin(), wall.pixels.end());
    ASSERT_LE(values.size(), 2);
    EXPECT_GE(*values.begin(), 70);  // 0.35 of 200
    if (values.size() == 2) {
      EXPECT_LE(*values.begin(), 160);
      EXPECT_EQ(*values.rbegin(), 200);
    }
    // A half-plane: along a row the light changes once at most.
    for (int y = 0; y < 90; ++y) {
      int changes = 0;
      for (int x = 1; x < 120; ++x) changes += *wall.at(x, y) != *wall.at(x - 1, y) ? 1 : 0;
      EXPECT_LE(changes, 1);
    }
  }
}

TEST(Relight, TinyPicturesSurvive) {
  for (uint64_t stream = 0; stream < 40; ++stream) {
    Rng rng(2, stream);
    EXPECT_EQ(relight(even(1, 1, 90), &rng).pixels.size(), 3);
    EXPECT_EQ(relight(even(7, 2, 90), &rng).pixels.size(), 42);
  }
}

}  // namespace
}  // namespace loci::train
