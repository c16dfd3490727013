// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "two_view_test.h"

#include "fundamental.h"
#include "homography.h"

#include <numeric>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

constexpr double kArea = 1e-4;

double transfer_distance(const Mat3& h, const Vec3& p, const Vec3& q) {
  const Vec3 r = product(h, p);
  return std::hypot(r[0] / r[2] - q[0], r[1] / r[2] - q[1]);
}

std::vector<int64_t> all(int64_t n) {
  std::vector<int64_t> out(static_cast<size_t>(n));
  std::iota(out.begin(), out.end(), int64_t{0});
  return out;
}

TEST(Mat3, AdjugateIsInverseTimesDeterminantAndTheLeastVectorIsTheNullVector) {
  const Mat3 a{2, 1, -1, 0, 3, 2, 1, -2, 4};
  const Mat3 identity = product(a, adjugate(a));
  for (size_t i = 0; i < 9; ++i) EXPECT_NEAR(identity[i], i % 4 == 0 ? determinant(a) : 0, 1e-12);
  const Mat3 flat{1, 2, 3, 4, 5, 6, 5, 7, 9};  // the third row is the sum of the others
  Vec3 v{1, 0, 0};
  ASSERT_TRUE(least_vector(flat, v));
  const Vec3 zero = product(flat, v);
  EXPECT_NEAR(dot_of(zero, zero), 0, 1e-12);
  EXPECT_NEAR(dot_of(v, v), 1, 1e-12);
}

TEST(Homography, OfFourPairsIsThatOfThePlane) {
  const TwoCameras cameras;
  const PointPairs pairs = flat_scene(cameras, 40, 0, 0, 1);
  const Mat3 expected = cameras.homography({0.5, 0, 1}, 5);
  int made = 0;
  for (int64_t first = 0; first + 4 <= 40; first += 4) {
    const int64_t sample[] = {first, first + 1, first + 2, first + 3};
    TwoViewModel model;
    if (Homography::of_sample(pairs, sample, kArea, &model) == 0) continue;
    ++made;
    for (int64_t i = 0; i < 40; ++i) {
      EXPECT_LT(transfer_distance(model.matrix, pairs.first(i), pairs.second(i)), 5e-4);
      EXPECT_LT(transfer_distance(expected, pairs.first(i), pairs.second(i)), 1e-5);
    }
  }
  EXPECT_GE(made, 9);  // right samples are seldom refused
}

TEST(Homography, SamplesThatMirrorFoldOrLieOnALineGiveNone) {
  const auto tried = [](const std::array<std::array<double, 4>, 4>& rows) {
    PointPairs pairs(4);
    for (size_t i = 0; i < 4; ++i)
      pairs.set(static_cast<int64_t>(i), rows[i][0], rows[i][1], rows[i][2], rows[i][3]);
    const int64_t sample[] = {0, 1, 2, 3};
    TwoViewModel model;
    return Homography::of_sample(pairs, sample, kArea, &model);
  };
  EXPECT_EQ(tried({{{-.5, -.5, 0, 0}, {.5, -.5, .4, 0}, {.5, .5, .4, .4}, {-.5, .5, 0, .4}}}), 1);
  // Mirrored; two corners exchanged; three on a line; twice the same; shrunk 100 times in area.
  EXPECT_EQ(tried({{{-.5, -.5, .4, 0}, {.5, -.5, 0, 0}, {.5, .5, 0, .4}, {-.5, .5, .4, .4}}}), 0);
  EXPECT_EQ(tried({{{-.5, -.5, 0, 0}, {.5, -.5, .4, .4}, {.5, .5, .4, 0}, {-.5, .5, 0, .4}}}), 0);
  EXPECT_EQ(tried({{{-.5, -.5, 0, 0}, {0, 0, .2, 0}, {.5, .5, .4, .4}, {-.5, .5, 0, .4}}}), 0);
  EXPECT_EQ(tried({{{-.5, -.5, 0, 0}, {-.5, -.5, .4, 0}, {.5, .5, .4, .4}, {-.5, .5, 0, .4}}}), 0);
  EXPECT_EQ(tried({{{-.9, -.9, 0, 0}, {.9, -.9, .18, 0}, {.9, .9, .18, .18}, {-.9, .9, 0, .18}}}),
            0);
}

TEST(Homography, LeastSquaresMeetsThePlaneBetterThanFourPairs) {
  const TwoCameras cameras;
  const PointPairs pairs = flat_scene(cameras, 60, 0, 2e-3, 2),
                   clean = flat_scene(cameras, 60, 0, 0, 2);
  TwoViewModel model;
  const int64_t sample[] = {0, 1, 2, 3};
  ASSERT_EQ(Homography::of_sample(pairs, sample, kArea, &model), 1);
  const auto worst = [&] {
    double most = 0;
    for (int64_t i = 0; i < 60; ++i)
      most = std::max(most, transfer_distance(model.matrix, clean.first(i), clean.second(i)));
    return most;
  };
  const double before = worst();
  const std::vector<float> weights(60, 1.0f);
  ASSERT_TRUE(Homography::of_weights(pairs, all(60), weights, model));
  EXPECT_LT(worst(), before / 2);
  EXPECT_LT(worst(), 4e-3);
}

TEST(Fundamental, OfSevenPairsHoldsForAllOthers) {
  const TwoCameras cameras;
  const PointPairs pairs = rigid_scene(cameras, 70, 0, 0, 3);
  int right = 0;
  for (int64_t first = 0; first < 70; first += 7) {
    int64_t sample[7];
    std::iota(sample, sample + 7, first);
    std::array<TwoViewModel, 3> models;
    const int count = Fundamental::of_sample(pairs, sample, kArea, models.data());
    EXPECT_GE(count, 1);
    double best = 1;
    for (int m = 0; m < count; ++m) {
      EXPECT_NEAR(determinant(models[static_cast<size_t>(m)].matrix), 0, 1e-9);
      std::vector<float> squares(70);
      Fundamental::squares(pairs.view(), models[static_cast<size_t>(m)], squares.data());
      best = std::min(best, static_cast<double>(*std::max_element(squares.begin(), squares.end())));
    }
    right += best < 1e-6 ? 1 : 0;
  }
  EXPECT_GE(right, 9);
}

TEST(Fundamental, LeastSquaresHasRankTwoAndMeetsTheScene) {
  const TwoCameras cameras;
  const PointPairs pairs = rigid_scene(cameras, 80, 0, 1e-3, 4),
                   clean = rigid_scene(cameras, 80, 0, 0, 4);
  TwoViewModel model;
  ASSERT_TRUE(Fundamental::of_plane(cameras.homography({0.1, 0, 1}, 6), {1, 0, 0.1}, model));
  const std::vector<float> weights(80, 1.0f);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Fundamental::of_weights(pairs, all(80), weights, model));
  EXPECT_NEAR(determinant(model.matrix), 0, 1e-12);
  std::vector<float> squares(80);
  Fundamental::squares(clean.view(), model, squares.data());
  double sum = 0;
  for (const float d : squares) sum += static_cast<double>(d);
  EXPECT_LT(std::sqrt(sum / 80), 1e-3);
}

TEST(Fundamental, OfAPlaneAndTwoPairsOffItHoldsForAll) {
  const TwoCameras cameras;
  const PointPairs pairs = rigid_scene(cameras, 40, 0, 0, 5);
  const Mat3 h = cameras.homography({0, 0, 1}, 5);
  TwoViewModel model;
  ASSERT_TRUE(Fundamental::of_plane(h, Fundamental::parallax(pairs, h, 0, 1), model));
  std::vector<float> squares(40);
  Fundamental::squares(pairs.view(), model, squares.data());
  EXPECT_LT(*std::max_element(squares.begin(), squares.end()), 1e-8f);
}

TEST(Fundamental, APointBehindACameraDoesNotFit) {
  const TwoCameras cameras;
  PointPairs pairs = rigid_scene(cameras, 20, 0, 0, 6);
  const Mat3 h = cameras.homography({0, 0, 1}, 5);
  TwoViewModel model;
  ASSERT_TRUE(Fundamental::of_plane(h, Fundamental::parallax(pairs, h, 0, 1), model));
  // On the epipolar line of point 2, on the other side of the epipole.
  const Vec3 q = pairs.second(2);
  const double ex = static_cast<double>(model.b[0]) / static_cast<double>(model.b[2]),
               ey = static_cast<double>(model.b[1]) / static_cast<double>(model.b[2]);
  pairs.set(2, pairs.first(2)[0], pairs.first(2)[1], 2 * ex - q[0], 2 * ey - q[1]);
  std::vector<float> squares(20);
  Fundamental::squares(pairs.view(), model, squares.data());
  EXPECT_LT(squares[3], 1e-8f);
  EXPECT_GT(squares[2], 1e6f);
}

TEST(LocalKernels, SupportAndSquaresOfEveryLevelAgree) {
  const TwoCameras cameras;
  const PointPairs pairs = rigid_scene(cameras, 50, 45, 2e-3, 7);
  TwoViewModel h, f;
  const Mat3 plane = cameras.homography({0, 0, 1}, 5);
  ASSERT_TRUE(Homography::of_matrix(plane, h));
  ASSERT_TRUE(Fundamental::of_plane(plane, Fundamental::parallax(pairs, plane, 0, 1), f));
  for (const bool rigid : {false, true}) {
    const TwoViewModel& model = rigid ? f : h;
    std::vector<float> expected(95);
    for (const SimdLevel level :
         {SimdLevel::kPlain, SimdLevel::kAvx2, SimdLevel::kAvx512, SimdLevel::kAvx512Vnni}) {
      if (level > simd_level()) continue;
      const LocalKernels& k = local_kernels(level);
      std::vector<float> squares(95);
      (rigid ? k.epipolar_squares : k.homography_squares)(
          pairs.view(), model.a.data(), model.b.data(), squares.data());
      if (level == SimdLevel::kPlain) expected = squares;
      double sum = 0;
      for (size_t i = 0; i < 95; ++i) {
        EXPECT_NEAR(squares[i], expected[i], 1e-4f * expected[i] + 1e-7f);
        sum += std::max(0.0, 1 - static_cast<double>(squares[i]) * 2500);
      }
      const auto support = rigid ? k.epipolar_support : k.homography_support;
      EXPECT_NEAR(support(pairs.view(), model.a.data(), model.b.data(), 2500, 0), sum, 1e-3);
      EXPECT_LT(support(pairs.view(), model.a.data(), model.b.data(), 2500, 94), 94);
    }
  }
}

}  // namespace
}  // namespace loci::internal
