// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "chance.h"

#include "loci/base/rng.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

std::vector<float> normal_scores(Rng& rng, int count, double mean, double sigma) {
  std::vector<float> scores;
  for (int i = 0; i < count; ++i) scores.push_back(static_cast<float>(mean + sigma * rng.normal()));
  return scores;
}

TEST(FitChance, ASampleForetellsTheBestOfMany) {
  Rng rng(2);
  const ChanceFit small = fit_chance(normal_scores(rng, 1000, 0.1, 0.05), 100000);
  double mean_best = 0;
  for (int round = 0; round < 5; ++round) {
    const std::vector<float> all = normal_scores(rng, 100000, 0.1, 0.05);
    mean_best += *std::max_element(all.begin(), all.end()) / 5.0;
  }
  constexpr double kEuler = 0.5772;  // the mean of a Gumbel distribution is location + 0.5772 scale
  EXPECT_NEAR(small.location + kEuler * small.scale, mean_best, 0.02);
}

TEST(FitChance, AFewTrueMatchesDoNotMoveIt) {
  Rng rng(3);
  std::vector<float> scores = normal_scores(rng, 1000, 0.1, 0.02);
  const ChanceFit without = fit_chance(scores, 1000);
  for (int i = 0; i < 8; ++i) scores[static_cast<size_t>(i) * 100] = 0.9f;
  const ChanceFit with = fit_chance(scores, 1000);
  EXPECT_NEAR(with.location, without.location, 0.01);
}

TEST(FitChance, SaysWhenThereIsTooLittle) {
  EXPECT_FALSE(fit_chance({0.1f, 0.2f}, 2).ok);
  EXPECT_FALSE(ChanceModel().judge(fit_chance({}, 0), 0.99).known_place);
}

TEST(ChanceModel, PassesOneUnknownInTwenty) {
  Rng rng(4);
  int passed = 0;
  constexpr int kQueries = 2000;
  for (int q = 0; q < kQueries; ++q) {
    const std::vector<float> scores = normal_scores(rng, 500, 0.1, 0.02);
    const double best = *std::max_element(scores.begin(), scores.end());
    passed += ChanceModel().judge(fit_chance(scores, 500), best).known_place ? 1 : 0;
  }
  EXPECT_GT(passed, kQueries * 0.005);
  EXPECT_LT(passed, kQueries * 0.12);
}

TEST(ChanceModel, LearnsFromTheLowerHalfOnly) {
  Rng rng(5);
  std::vector<double> clean, mixed;
  for (int i = 0; i < 400; ++i) {
    const double x = -1.5 - 0.5 * std::log(-std::log(rng.uniform()));
    clean.push_back(x);
    mixed.push_back(i % 5 == 0 ? x + 30 : x);  // one in five met its own place
  }
  const ChanceModel a = ChanceModel::learn(400, clean), b = ChanceModel::learn(400, mixed);
  EXPECT_NEAR(a.location, -1.5, 0.1);
  EXPECT_NEAR(a.scale, 0.5, 0.1);
  EXPECT_NEAR(b.location, a.location, 0.2);
}

TEST(ChanceModel, FollowsTheCollectionWithinBounds) {
  const ChanceModel model = ChanceModel::learn(200, std::vector<double>(200, 4.0));
  EXPECT_GT(model.location, 3);
  EXPECT_GE(model.scale, 0.2);
  EXPECT_EQ(ChanceModel::learn(10, {1, 2, 3}).scale, 1) << "too little to learn from";
}

TEST(ChanceModel, ConfidenceGrowsWithTheScore) {
  Rng rng(6);
  const ChanceFit fit = fit_chance(normal_scores(rng, 300, 0.1, 0.02), 300);
  double before = -1;
  for (double score = 0.1; score < 1; score += 0.05) {
    const double now = ChanceModel().judge(fit, score).confidence;
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_GT(before, 0.999);
}

TEST(ChanceModel, TextGivesTheSameModelAndRubbishTheDefault) {
  const ChanceModel model{.images = 77, .location = -1.0 / 3, .scale = 0.7};
  const ChanceModel back = ChanceModel::parse(model.to_text());
  EXPECT_EQ(back.images, 77);
  EXPECT_EQ(back.location, model.location);
  EXPECT_EQ(back.scale, model.scale);
  for (const char* text : {"", "1 2", "2 3 4 5", "1 x 0 1", "1 5 0 -1", "1 5 nan 1"}) {
    EXPECT_EQ(ChanceModel::parse(text).images, 0) << text;
  }
}

}  // namespace
}  // namespace loci
