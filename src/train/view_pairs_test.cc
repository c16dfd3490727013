// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "view_pairs.h"

#include "projection_test_models.h"

#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <array>
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

/// The feature of a spot of the original is its position, (u, v, 1) at unit length.
std::array<float, 3> feature_of(ImagePosition at) {
  std::array<float, 3> out = {static_cast<float>(at.u), static_cast<float>(at.v), 1};
  l2_normalize(out);
  return out;
}

/// The map of a view: each cell's feature tells where in the original it looks.
Features map_of(const Homography& to_original, int64_t width, int64_t height) {
  Features map{.values = Matrix(width * height, 3), .height = height, .width = width};
  for (int64_t i = 0; i < width * height; ++i) {
    const ImagePosition here = {
        (static_cast<double>(i % width) + 0.5) / static_cast<double>(width),
        (static_cast<double>(i / width) + 0.5) / static_cast<double>(height)};
    std::ranges::copy(feature_of(to_original(here)), map.values.row(i).begin());
  }
  return map;
}

TEST(MatchedFeatures, AreOfTheSameSpotsAndInsideTheOriginal) {
  const Features original = map_of({}, 30, 20);
  int64_t all = 0, outside = 0;
  for (uint64_t stream = 0; stream < 30; ++stream) {
    Rng rng(3, stream);
    const Homography view = draw_view(600, 400, &rng);
    Features copy = map_of(view, 24, 24);
    for (float& value : copy.values.row(7)) value = 0;  // no direction, no pair
    const ViewPairs pairs = matched_features(original, copy, view, 50, &rng);
    ASSERT_EQ(pairs.copies.rows(), pairs.originals.rows());
    all += pairs.copies.rows();
    outside += 50 - pairs.copies.rows();
    for (int64_t i = 0; i < pairs.copies.rows(); ++i) {
      const auto ours = pairs.copies.row(i), theirs = pairs.originals.row(i);
      for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(ours[k], theirs[k], 2e-4);
      EXPECT_NEAR(dot(theirs.data(), theirs.data(), 3), 1, 1e-6);
      const double u = double{ours[0]} / double{ours[2]}, v = double{ours[1]} / double{ours[2]};
      EXPECT_GE(u, 0.5 / 30 - 1e-4);
      EXPECT_LE(u, 1 - 0.5 / 30 + 1e-4);
      EXPECT_GE(v, 0.5 / 20 - 1e-4);
      EXPECT_LE(v, 1 - 0.5 / 20 + 1e-4);
    }
  }
  EXPECT_GT(all, 900);
  EXPECT_GT(outside, 100);
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
