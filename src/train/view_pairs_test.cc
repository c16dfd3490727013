// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "view_pairs.h"

#include "projection_test_models.h"

#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(DrawView, StaysWithinItsBoundsAndIsSometimesNone) {
  int unchanged = 0;
  for (uint64_t stream = 0; stream < 400; ++stream) {
    Rng rng(1, stream);
    const Homography view = draw_view(600, 400, &rng);
    const ImagePosition middle = view({0.5, 0.5});
    unchanged += middle.u == 0.5 && middle.v == 0.5 ? 1 : 0;
    EXPECT_LT(std::abs(middle.u - 0.5), 0.15 + 0.06 + 0.05);
    EXPECT_LT(std::abs(middle.v - 0.5), 0.15 + 0.06 + 0.05);
    const ImagePosition left = view({0, 0.5}), right = view({1, 0.5});
    const double width = right.u - left.u;
    EXPECT_GT(width, std::exp(-0.42) - 0.13);
    EXPECT_LT(width, std::exp(0.42) + 0.13);
    const double turn = std::atan2((right.v - left.v) * 400, width * 600);
    EXPECT_LT(std::abs(turn), 0.07 * std::exp(0.12) + 0.15);
  }
  EXPECT_GT(unchanged, 30);
  EXPECT_LT(unchanged, 90);
}

TEST(LoadAtSide, GivesTheShorterSideAndKeepsTheShape) {
  const auto path = std::filesystem::path(testing::TempDir()) / "load_at_side.jpg";
  ASSERT_TRUE(save_jpeg(path, sketch_place(1, 1, 90, 60)).ok());
  const Image image = load_at_side(path, 400, true).value();
  EXPECT_EQ(image.height, 400);
  EXPECT_EQ(image.width, 600);
}

TEST(ViewPairs, AreUnitRowsOfTheSameSpots) {
  auto describer = Describer::create(small_model(), {.precision = Precision::kFp32}).value();
  double together = 0, apart = 0;
  for (uint64_t place = 0; place < 6; ++place) {
    Rng rng(1, place);
    const Image photo = sketch_place(place, 1, 600, 400);
    const ViewPairs pairs = view_pairs(*describer, photo, 3, 30, &rng).value();
    ASSERT_EQ(pairs.copies.rows(), pairs.originals.rows());
    ASSERT_GT(pairs.copies.rows(), 40);
    ASSERT_LE(pairs.copies.rows(), 90);
    ASSERT_EQ(pairs.copies.cols(), 16);
    const int64_t n = pairs.copies.rows();
    for (int64_t i = 0; i < n; ++i) {
      const float* copy = pairs.copies.row(i).data();
      EXPECT_NEAR(dot(copy, copy, 16), 1, 1e-5);
      const float* here = pairs.originals.row(i).data();
      EXPECT_NEAR(dot(here, here, 16), 1, 1e-5);
      together += squared_distance(copy, here, 16);
      apart += squared_distance(copy, pairs.originals.row((i + n / 2) % n).data(), 16);
    }
  }
  EXPECT_LT(together, 0.75 * apart);
}

TEST(ViewPairs, TheStreamDecidesThem) {
  auto describer = Describer::create(small_model(), {.precision = Precision::kFp32}).value();
  const Image photo = sketch_place(1, 1, 300, 200);
  const auto copies = [&](uint64_t stream) {
    Rng rng(1, stream);
    const Matrix rows = view_pairs(*describer, photo, 2, 20, &rng).value().copies;
    return std::vector<float>(rows.data(), rows.data() + rows.size());
  };
  EXPECT_EQ(copies(1), copies(1));
  EXPECT_NE(copies(1), copies(2));
}

}  // namespace
}  // namespace loci::train
