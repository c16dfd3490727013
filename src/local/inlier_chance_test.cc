// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/inlier_chance.h"

#include "loci/base/rng.h"
#include "loci/math/vector.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr auto kPoints = MatchedFeatures::kPoints;

TEST(InlierChance, IsTheTailOfTheNegativeBinomialDistribution) {
  // scipy.stats.nbinom.sf(inliers - sample - 1, k, k / (k + mean))
  const auto expect = [](double chance, double expected) {
    EXPECT_NEAR(chance / expected, 1, 1e-6);
  };
  expect(inlier_chance(kPoints, Geometry::kHomography, 80, 20, 0.015), 0.004160275363213302);
  expect(inlier_chance(kPoints, Geometry::kHomography, 80, 12, 0.015), 0.38861666806977113);
  expect(inlier_chance(kPoints, Geometry::kFundamental, 80, 40, 0.00625), 0.003087843328574987);
  expect(inlier_chance(MatchedFeatures::kRootSift, Geometry::kFundamental, 200, 60, 0.004),
         0.0031171338444820913);
  expect(inlier_chance(MatchedFeatures::kBackbone, Geometry::kHomography, 300, 90, 0.025),
         0.037386450300952244);
}

TEST(InlierChance, FallsWithInliersAndRisesWithMatchesAndTolerance) {
  double last = 2;
  for (int inliers = 4; inliers <= 100; ++inliers) {
    const double chance = inlier_chance(kPoints, Geometry::kHomography, 100, inliers, 0.015);
    EXPECT_LT(chance, last);
    EXPECT_GT(chance, 0);
    last = chance;
  }
  EXPECT_LT(last, 1e-30);
  EXPECT_LT(inlier_chance(kPoints, Geometry::kHomography, 50, 20, 0.015),
            inlier_chance(kPoints, Geometry::kHomography, 150, 20, 0.015));
  EXPECT_LT(inlier_chance(kPoints, Geometry::kHomography, 50, 20, 0.005),
            inlier_chance(kPoints, Geometry::kHomography, 50, 20, 0.015));
  // One line in place of two numbers is met sooner.
  EXPECT_LT(inlier_chance(kPoints, Geometry::kHomography, 50, 20, 0.015),
            inlier_chance(kPoints, Geometry::kFundamental, 50, 20, 0.015));
}

TEST(InlierChance, WhatSaysNothingIsCertainToBeChance) {
  EXPECT_EQ(inlier_chance(kPoints, Geometry::kNone, 50, 0, 0), 1);
  EXPECT_EQ(inlier_chance(kPoints, Geometry::kHomography, 7, 7, 0.015), 1);
  EXPECT_EQ(inlier_chance(kPoints, Geometry::kHomography, 50, 4, 0.015), 1);
  EXPECT_EQ(inlier_chance(MatchedFeatures::kBackbone, Geometry::kFundamental, 50, 50, 0.03), 1);
  EXPECT_EQ(inlier_chance(kPoints, Geometry::kHomography, 1'000'000, 20, 0.05), 1);
}

TEST(InlierChance, OfRandomMatchesIsSeldomSmall) {
  // Two hundred pairs of photos with 60 matches between random places.
  Rng rng(1, "random matches");
  int below_a_tenth = 0, below_a_thousandth = 0;
  for (int pair = 0; pair < 200; ++pair) {
    std::vector<Keypoint> first, second;
    std::vector<FeatureMatch> matches;
    for (int64_t i = 0; i < 60; ++i) {
      for (auto* side : {&first, &second})
        side->push_back({.x = static_cast<float>(640 * rng.uniform()),
                         .y = static_cast<float>(480 * rng.uniform())});
      matches.push_back({.first = i, .second = i, .similarity = 0.8f});
    }
    const GeometricCheck check =
        explain_matches(matches, {first, 640, 480}, {second, 640, 480}).value();
    const double chance = inlier_chance(kPoints, check.geometry, 60, check.inliers, 0.015);
    below_a_tenth += chance < 0.1 ? 1 : 0;
    below_a_thousandth += chance < 0.001 ? 1 : 0;
  }
  EXPECT_LE(below_a_tenth, 30);
  EXPECT_EQ(below_a_thousandth, 0);
}

}  // namespace
}  // namespace loci
