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

std::vector<int> lengths(const std::vector<ConsistencyTrail::Trail>& trails) {
  std::vector<int> out;
  for (const auto& trail : trails) out.push_back(trail.length);
  return out;
}

TEST(ConsistencyTrail, CountsFramesInARowOnly) {
  ConsistencyTrail trail(2, 3);
  EXPECT_EQ(lengths(trail.next({10, 50}, {1, 1})), (std::vector<int>{1, 1}));
  EXPECT_EQ(lengths(trail.next({52, 90}, {1, 1})), (std::vector<int>{2, 1}));
  EXPECT_EQ(lengths(trail.next({54, 92, 10}, {1, 1, 1})), (std::vector<int>{3, 2, 1}));
  EXPECT_TRUE(trail.next({}, {}).empty());
  EXPECT_EQ(lengths(trail.next({56}, {1})), (std::vector<int>{1}));
}

TEST(ConsistencyTrail, ScoresNoHigherThanTheFramesOfItsEndInTheMean) {
  ConsistencyTrail trail(2, 3);
  const auto score = [&](double own) { return trail.next({10}, {own}).front().score; };
  EXPECT_DOUBLE_EQ(score(3), 3);
  EXPECT_DOUBLE_EQ(score(6), 4.5);
  EXPECT_DOUBLE_EQ(score(3), 3) << "the mean, 4, is more than its own";
  EXPECT_DOUBLE_EQ(score(9), 6) << "of the last three";
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
