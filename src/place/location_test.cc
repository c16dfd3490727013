// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "location.h"

#include "loci/base/rng.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// `east_m`, `north_m` away from a point, on the sphere that distance_m() uses.
LatLon moved(LatLon from, double east_m, double north_m) {
  const double degree = 6'371'008.8 * 3.14159265358979323846 / 180;
  return {.lat = from.lat + north_m / degree,
          .lon = from.lon + east_m / (degree * std::cos(from.lat * 3.14159265358979323846 / 180))};
}

constexpr LatLon kZurich{.lat = 47.3769, .lon = 8.5417};

TEST(EstimateLocation, NothingFromNothingOrFromChance) {
  EXPECT_FALSE(estimate_location({}, 0.2));
  EXPECT_FALSE(estimate_location({{.position = kZurich, .score = 0.25f}}, 0.25));
  EXPECT_FALSE(estimate_location({{.position = kZurich, .score = 0.9f}}, 1));
}

TEST(EstimateLocation, OneMatchIsThePlaceItself) {
  const auto at = estimate_location({{.position = kZurich, .score = 0.8f}}, 0.3);
  ASSERT_TRUE(at);
  EXPECT_LT(distance_m(at->position, kZurich), 0.01);
  EXPECT_EQ(at->support, 1);
  EXPECT_DOUBLE_EQ(at->radius_m, 10);
  EXPECT_DOUBLE_EQ(at->confidence, 1);
}

TEST(EstimateLocation, FollowsTheClusterNotTheStrays) {
  Rng rng(3);
  std::vector<Evidence> evidence;
  for (int i = 0; i < 12; ++i) {
    evidence.push_back(
        {.position = moved(kZurich, 12 * rng.normal(), 12 * rng.normal()), .score = 0.7f});
  }
  for (int i = 0; i < 6; ++i) {
    evidence.push_back({.position = moved(kZurich, rng.uniform(500, 5000), rng.uniform(500, 5000)),
                        .score = 0.7f});
  }
  const auto at = estimate_location(evidence, 0.3);
  ASSERT_TRUE(at);
  EXPECT_LT(distance_m(at->position, kZurich), 10);
  EXPECT_EQ(at->support, 12);
  EXPECT_LT(at->radius_m, 30);
  EXPECT_NEAR(at->confidence, 12.0 / 18, 1e-6);
}

TEST(EstimateLocation, AStrayBestMatchIsOutvotedByWeight) {
  std::vector<Evidence> evidence = {{.position = moved(kZurich, 3000, 0), .score = 0.6f}};
  for (int i = 0; i < 4; ++i)
    evidence.push_back({.position = moved(kZurich, 5 * i, 0), .score = 0.55f});
  const auto at = estimate_location(evidence, 0.3);
  ASSERT_TRUE(at);
  EXPECT_LT(distance_m(at->position, kZurich), 20);
  EXPECT_EQ(at->support, 4);
}

TEST(EstimateLocation, MatchesNoBetterThanChanceDoNotPull) {
  const auto at = estimate_location(
      {{.position = kZurich, .score = 0.8f}, {.position = moved(kZurich, 60, 0), .score = 0.25f}},
      0.25);
  ASSERT_TRUE(at);
  EXPECT_LT(distance_m(at->position, kZurich), 0.01);
  EXPECT_EQ(at->support, 1);
}

TEST(EstimateLocation, WorksAcrossTheDateLine) {
  const LatLon fiji{.lat = -16.8, .lon = 179.9999};
  const LatLon other{.lat = -16.8, .lon = -179.9999};
  const auto at = estimate_location(
      {{.position = fiji, .score = 0.8f}, {.position = other, .score = 0.8f}}, 0.2);
  ASSERT_TRUE(at);
  EXPECT_EQ(at->support, 2);
  EXPECT_LT(distance_m(at->position, fiji), 25);
  EXPECT_TRUE(valid(at->position));
}

TEST(EstimateLocation, DoesNotDependOnTheOrderOfEqualEvidence) {
  const Evidence a{.position = kZurich, .score = 0.6f},
      b{.position = moved(kZurich, 20, 5), .score = 0.6f};
  const auto one = estimate_location({a, b}, 0.2), two = estimate_location({b, a}, 0.2);
  ASSERT_TRUE(one && two);
  EXPECT_LT(distance_m(one->position, two->position), 0.5);
}

}  // namespace
}  // namespace loci
