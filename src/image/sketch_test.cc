// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/sketch.h"

#include "loci/image/resize.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// Correlation of the brightness of two images, shrunk so that small shifts matter little.
double likeness(const Image& a, const Image& b) {
  const auto ga = to_grey(resize(a, 16, 12, Resampling::kArea));
  const auto gb = to_grey(resize(b, 16, 12, Resampling::kArea));
  double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
  const auto n = static_cast<double>(ga.size());
  for (size_t i = 0; i < ga.size(); ++i) ma += ga[i] / n, mb += gb[i] / n;
  for (size_t i = 0; i < ga.size(); ++i) {
    ab += (ga[i] - ma) * (gb[i] - mb);
    aa += (ga[i] - ma) * (ga[i] - ma);
    bb += (gb[i] - mb) * (gb[i] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

TEST(SketchPlace, IsAFunctionOfItsArguments) {
  EXPECT_EQ(sketch_place(7, 2, 64, 48).pixels, sketch_place(7, 2, 64, 48).pixels);
  EXPECT_NE(sketch_place(7, 2, 64, 48).pixels, sketch_place(7, 3, 64, 48).pixels);
  EXPECT_NE(sketch_place(7, 2, 64, 48).pixels, sketch_place(8, 2, 64, 48).pixels);
}

TEST(SketchPlace, VisitsToOnePlaceLookMoreAlikeThanTwoPlaces) {
  double same = 0, other = 0;
  for (uint64_t place = 0; place < 8; ++place) {
    const Image first = sketch_place(place, 1, 160, 120);
    same += likeness(first, sketch_place(place, 2, 160, 120)) / 8;
    other += likeness(first, sketch_place(place + 100, 1, 160, 120)) / 8;
  }
  EXPECT_GT(same, other + 0.1);
}

TEST(SketchPlace, AnySizeIsDrawn) {
  for (const auto& [w, h] : {std::pair{1, 1}, {1, 50}, {50, 1}, {333, 17}}) {
    const Image image = sketch_place(1, 1, w, h);
    EXPECT_EQ(image.width, w);
    EXPECT_EQ(image.height, h);
  }
  EXPECT_THROW(static_cast<void>(sketch_place(1, 1, 0, 5)), std::invalid_argument);
}

}  // namespace
}  // namespace loci
