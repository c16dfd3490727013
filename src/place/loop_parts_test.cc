// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_candidates.h"
#include "loop_memory.h"
#include "loop_test_walk.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

using test::view_of;

TEST(SpreadPeaks, AreTheBestAndLieApart) {
  const std::vector<float> scores{1, 9, 8, 2, 7, 0, 6};
  EXPECT_EQ(spread_peaks(scores, 3, 1), (std::vector<int64_t>{1, 4, 6}));
  EXPECT_EQ(spread_peaks(scores, 3, 0), (std::vector<int64_t>{1, 2, 4}));
  EXPECT_EQ(spread_peaks(scores, 5, 10), (std::vector<int64_t>{1}));
  EXPECT_TRUE(spread_peaks({}, 3, 1).empty());
}

TEST(ConsistencyTrail, CountsFramesInARowOnly) {
  ConsistencyTrail trail(2);
  EXPECT_EQ(trail.next({10, 50}), (std::vector<int>{1, 1}));
  EXPECT_EQ(trail.next({52, 90}), (std::vector<int>{2, 1}));
  EXPECT_EQ(trail.next({54, 92, 10}), (std::vector<int>{3, 2, 1}));
  EXPECT_EQ(trail.next({}), (std::vector<int>{}));
  EXPECT_EQ(trail.next({56}), (std::vector<int>{1}));
}

TEST(RunningChance, OneFrameInAHundredPassesAConfidenceOf99Percent) {
  Rng rng(11);
  RunningChance chance;
  int passed = 0, asked = 0;
  for (int frame = 0; frame < 6000; ++frame) {
    double best = 0, second = 0;
    for (int i = 0; i < 400; ++i) {
      const double score = 0.3 + 0.05 * rng.normal();
      second = std::max(second, std::min(best, score));
      best = std::max(best, score);
    }
    if (frame >= 500) {
      ++asked;
      passed += chance.confidence(best) >= 0.99;
    }
    chance.learn(second);
  }
  EXPECT_GT(passed, asked / 500);
  EXPECT_LT(passed, asked / 30);
}

TEST(RunningChance, SaysNothingBeforeFiftyFramesAndTakesHighOnesForNoChance) {
  RunningChance chance;
  for (int i = 0; i < 49; ++i) chance.learn(0.4 + 0.001 * i);
  EXPECT_EQ(chance.confidence(0.99), 0);
  EXPECT_FALSE(chance.middle().has_value());
  for (int i = 0; i < 100; ++i) chance.learn(0.4 + 0.001 * (i % 50));
  for (int i = 0; i < 50; ++i) chance.learn(0.9);  // places seen three times
  EXPECT_GT(chance.confidence(0.9), 0.999);
  EXPECT_LT(chance.confidence(0.45), 0.99);
  EXPECT_NEAR(chance.confidence(chance.middle().value()), 0.5, 1e-9);
}

TEST(BestIf, IsTheLargestThatPasses) {
  const std::vector<float> scores{1, 9, 8, 2, 7, 0, 6};
  EXPECT_EQ(best_if(scores, [](int64_t j) { return j > 2; }).value(), 7);
  EXPECT_FALSE(best_if(scores, [](int64_t) { return false; }).has_value());
}

TEST(ChanceBound, LiesAboveWhatChanceGives) {
  Rng rng(3);
  std::vector<float> scores(1000);
  for (float& s : scores) s = static_cast<float>(0.2 + 0.05 * rng.normal());
  EXPECT_NEAR(chance_bound(scores).value(), 0.2 + 0.05 * 3.1, 0.03);
  EXPECT_FALSE(chance_bound(std::span(scores).first(49)).has_value());
}

LoopMemoryFrame numbered(int64_t number) { return {.number = number}; }

TEST(LoopMemory, ForgetsWhatIsMostLikeTheFrameBefore) {
  LoopMemory memory(test::kWalkDim, 5);
  memory.add(numbered(0), view_of(0, 0));
  memory.add(numbered(1), view_of(10, 0));
  memory.add(numbered(2), view_of(10, 1));  // the same place again
  memory.add(numbered(3), view_of(20, 0));
  memory.add(numbered(4), view_of(30, 0));
  ASSERT_TRUE(memory.full());
  EXPECT_EQ(memory.forget_one(5), 2);
  EXPECT_EQ(memory.position_of(2), -1);
  EXPECT_EQ(memory.position_of(3), 2);
  memory.add(numbered(5), view_of(20, 7));
  const auto scores = memory.similarities(view_of(20, 7), 1);
  ASSERT_EQ(scores.size(), 5u);
  EXPECT_NEAR(scores[4], 1, 1e-3);
  EXPECT_GT(scores[2], 0.7);
  EXPECT_LT(scores[0], 0.4);
}

TEST(LoopMemory, ForgetsAFrameThatRepeatsAKnownPlaceButNotTheLastOfIt) {
  LoopMemory memory(test::kWalkDim, 3);
  memory.add(numbered(0), view_of(0, 0));
  memory.add(numbered(1), view_of(10, 0));
  LoopMemoryFrame again = numbered(2);
  again.twin = 0;
  again.like_twin = 0.9f;
  memory.add(again, view_of(0, 1));
  EXPECT_EQ(memory.forget_one(0), 0) << "without candidates the oldest goes";
  EXPECT_EQ(memory.frame(1).twin, -1);
  EXPECT_LT(memory.frame(0).like_previous, 0);
  LoopMemoryFrame twin = numbered(3);
  twin.twin = 2;
  twin.like_twin = 0.9f;
  memory.add(twin, view_of(0, 2));
  EXPECT_EQ(memory.forget_one(3), 2);
}

TEST(LoopMemory, CountsThePicturesItKeeps) {
  LoopMemory memory(test::kWalkDim, 3);
  memory.add(numbered(0), view_of(0, 0));
  const size_t plain = memory.memory_bytes();
  LoopMemoryFrame frame = numbered(1);
  frame.jpeg.resize(1'000'000);
  memory.add(std::move(frame), view_of(1, 0));
  EXPECT_GE(memory.memory_bytes(), plain + 1'000'000);
  memory.forget_one(2);
  EXPECT_LT(memory.memory_bytes(), plain + 10'000);
}

}  // namespace
}  // namespace loci
