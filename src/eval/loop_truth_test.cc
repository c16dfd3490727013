// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/loop_truth.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Poses = std::vector<std::optional<TimedPose>>;

std::optional<TimedPose> at(double x) { return TimedPose{0, {x, 0, 0}}; }

TEST(LoopTruth, WorkedByHand) {
  // Out to 30 m and back to the start: frames 4 and 5 show the places of frames 1 and 0.
  const Poses poses{at(0), at(10), at(20), at(30), at(11), at(1)};
  const std::vector<int64_t> old{0, 0, 1, 2, 3, 4};
  std::vector<LoopGuess> guesses(6);
  guesses[3] = {1, 0.2, false};  // wrong
  guesses[4] = {1, 0.9, true};   // right
  guesses[5] = {2, 0.5, true};   // wrong
  const LoopScores scores = judge_loops(poses, guesses, old, {.radius_m = 2});
  EXPECT_EQ(scores.frames, 6);
  EXPECT_EQ(scores.answerable, 2);
  EXPECT_EQ(scores.given, 2);
  EXPECT_EQ(scores.right, 1);
  EXPECT_DOUBLE_EQ(scores.precision, 0.5);
  EXPECT_DOUBLE_EQ(scores.recall, 0.5);
  EXPECT_DOUBLE_EQ(scores.curve.recall_at_full_precision, 0.5);
  ASSERT_EQ(scores.curve.precision.size(), 3u);
  EXPECT_DOUBLE_EQ(scores.curve.precision[2], 1.0 / 3);
}

TEST(LoopTruth, TheOtherDirectionIsAnotherPlaceWhereDirectionsAreKnown) {
  const double half = std::sqrt(0.5);
  Poses poses{at(0), at(0)};
  poses[1]->pose = {0, 0, 0, half, 0, 0, half};  // looks elsewhere
  std::vector<LoopGuess> guesses{{}, {0, 1, true}};
  const std::vector<int64_t> old{0, 1};
  EXPECT_EQ(judge_loops(poses, guesses, old).right, 0);
  EXPECT_EQ(judge_loops(poses, guesses, old).answerable, 0);
  poses[1]->turned = false;
  EXPECT_EQ(judge_loops(poses, guesses, old).right, 1);
}

TEST(LoopTruth, FramesWithoutAPoseCountNeitherWay) {
  const Poses poses{at(0), std::nullopt, at(0)};
  const std::vector<LoopGuess> guesses{{}, {0, 1, true}, {1, 1, true}};
  const std::vector<int64_t> old{0, 1, 2};
  const LoopScores scores = judge_loops(poses, guesses, old);
  EXPECT_EQ(scores.frames, 2);
  EXPECT_EQ(scores.given, 0);
  EXPECT_EQ(scores.answerable, 1);
  EXPECT_DOUBLE_EQ(scores.recall, 0);
}

}  // namespace
}  // namespace loci
