// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "fit_geometry.h"

#include "consensus.h"
#include "two_view_test.h"

#include <set>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

constexpr Frame kFrame{.second_width = 2, .second_height = 1.5};
constexpr double kNoise = 2e-3, kTolerance = 1e-2;
constexpr int kDraws = 5000;

/// Of the first `right` pairs, which are right, and of the rest: how many are inliers.
std::pair<int, int> split(const Fit& fit, int64_t right) {
  std::pair<int, int> out{0, 0};
  for (const int64_t i : fit.inliers) ++(i < right ? out.first : out.second);
  return out;
}

TEST(PairSampler, DrawsDifferentPairsFromTheHeadOfTheListFirst) {
  PairSampler sampler(100, 4, 1000, 1);
  int64_t head = 0, sample[4];
  for (int draw = 0; draw < 1000; ++draw) {
    sampler.draw(sample);
    EXPECT_EQ(std::set<int64_t>(sample, sample + 4).size(), 4u);
    for (const int64_t i : sample) EXPECT_TRUE(i >= 0 && i < 100);
    if (draw % 2 == 1) {
      const int64_t last = *std::max_element(sample, sample + 4);
      EXPECT_GE(last + 1, head - 1);
      head = std::max(head, last + 1);
      if (draw < 10) {
        EXPECT_LE(last, 20);
      }
    }
  }
  EXPECT_GE(head, 90);  // the whole list in the end
}

TEST(FitHomography, FindsTheRightPairsAmongThreeTimesAsManyWrongOnes) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const PointPairs pairs = flat_scene({}, 60, 180, kNoise, seed);
    const auto [right, wrong] = split(fit_homography(pairs, kFrame, kTolerance, kDraws), 60);
    EXPECT_GE(right, 58) << seed;
    EXPECT_LE(wrong, 4) << seed;
  }
}

TEST(FitFundamental, FindsTheRightPairsAmongAsManyWrongOnes) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const PointPairs pairs = rigid_scene({}, 100, 100, kNoise, seed);
    const auto [right, wrong] =
        split(fit_fundamental(pairs, kFrame, kTolerance, kDraws, nullptr), 100);
    EXPECT_GE(right, 95) << seed;
    EXPECT_LE(wrong, 10) << seed;
  }
}

TEST(FitFundamental, APlaneThatHoldsMostPairsDoesNotHideTheRest) {
  const TwoCameras cameras;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    PointPairs pairs = flat_scene(cameras, 120, 60, kNoise, seed);
    Rng rng(seed, "off the plane");
    for (int64_t i = 0; i < 20; ++i)
      cameras.add(
          pairs, i, rng.uniform(-1, 1), rng.uniform(-0.75, 0.75), rng.uniform(2, 3), kNoise, rng);
    const Fit fit = fit_fundamental(pairs, kFrame, kTolerance, kDraws, nullptr);
    int off = 0;
    for (const int64_t i : fit.inliers) off += i < 20 ? 1 : 0;
    EXPECT_GE(off, 17) << seed;
    EXPECT_GE(split(fit, 120).first, 114) << seed;
  }
}

TEST(FitFundamental, ATurnAloneAndIdenticalPicturesAreExplainedToo) {
  TwoCameras turned;
  turned.move = {0, 0, 0};
  const PointPairs pairs = rigid_scene(turned, 80, 40, kNoise, 1);
  EXPECT_GE(split(fit_fundamental(pairs, kFrame, kTolerance, kDraws, nullptr), 80).first, 76);
  turned.rotation = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  const PointPairs same = rigid_scene(turned, 80, 0, 0, 1);
  EXPECT_EQ(fit_fundamental(same, kFrame, kTolerance, kDraws, nullptr).inliers.size(), 80u);
}

TEST(FitGeometry, PairsOnALineOrAtOnePointSayNothing) {
  Rng rng(1, "degenerate");
  PointPairs line(60), point(60), four(4);
  for (int64_t i = 0; i < 60; ++i) {
    const double t = rng.uniform(-1, 1);
    line.set(i, t, 0.3 * t, 0.8 * t + 0.1, 0.2 * t);
    point.set(i, 0.2, 0.1, -0.3, 0.4);
  }
  for (const PointPairs* pairs : {&line, &point, &four}) {
    EXPECT_TRUE(fit_homography(*pairs, kFrame, kTolerance, kDraws).inliers.empty());
    EXPECT_TRUE(fit_fundamental(*pairs, kFrame, kTolerance, kDraws, nullptr).inliers.empty());
  }
}

TEST(FitGeometry, AMirroredSceneIsNone) {
  for (const bool flat : {true, false}) {
    const PointPairs scene =
        flat ? flat_scene({}, 100, 0, kNoise, 1) : rigid_scene({}, 100, 0, kNoise, 1);
    PointPairs mirrored(100);
    for (int64_t i = 0; i < 100; ++i)
      mirrored.set(
          i, scene.first(i)[0], scene.first(i)[1], -scene.second(i)[0], scene.second(i)[1]);
    EXPECT_LE(fit_homography(mirrored, kFrame, kTolerance, kDraws).inliers.size(), 10u);
    EXPECT_LE(fit_fundamental(mirrored, kFrame, kTolerance, kDraws, nullptr).inliers.size(), 15u);
  }
}

TEST(FitGeometry, MoreInliersAndTighterOnesAreLessLikelyByChance) {
  const PointPairs few = flat_scene({}, 30, 100, kNoise, 2),
                   many = flat_scene({}, 60, 70, kNoise, 2);
  const double a = fit_homography(few, kFrame, kTolerance, kDraws).log_chance,
               b = fit_homography(many, kFrame, kTolerance, kDraws).log_chance,
               wide = fit_homography(many, kFrame, 3 * kTolerance, kDraws).log_chance;
  EXPECT_LT(a, -50);
  EXPECT_LT(b, a);
  EXPECT_LT(b, wide);
}

}  // namespace
}  // namespace loci::internal
