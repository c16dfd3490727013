// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_chance.h"

#include "loop_memory.h"
#include "loop_test_walk.h"

#include "loci/base/rng.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(RunningChance, TellsWhichPartOfChanceLiesBelow) {
  Rng rng(11);
  RunningChance chance;
  const auto draw = [&] { return 0.5 + 0.04 * rng.normal(); };
  for (int frame = 0; frame < 500; ++frame) chance.learn(draw());
  int passed = 0;
  for (int frame = 0; frame < 10'000; ++frame) {
    passed += chance.confidence(draw()) >= 0.99;
    chance.learn(draw());
  }
  EXPECT_GT(passed, 30);
  EXPECT_LT(passed, 250);
  EXPECT_NEAR(chance.usual().value(), 0.54, 0.01);
  EXPECT_NEAR(chance.confidence(chance.usual().value()), 0.841, 0.001);
}

TEST(RunningChance, SaysNothingBeforeThirtyFramesAndTakesHighOnesForNoChance) {
  RunningChance chance;
  for (int i = 0; i < 29; ++i) chance.learn(0.4 + 0.001 * i);
  EXPECT_EQ(chance.confidence(0.99), 0);
  EXPECT_FALSE(chance.usual().has_value());
  for (int i = 0; i < 100; ++i) chance.learn(0.4 + 0.001 * (i % 50));
  for (int i = 0; i < 50; ++i) chance.learn(0.9);  // places seen three times
  EXPECT_GT(chance.confidence(0.9), 0.9999);
  EXPECT_LT(chance.confidence(0.45), 0.99);
}

TEST(RunningChance, WhatIsUsualServesUntilTheRunHasTaughtMore) {
  RunningChance chance(RunningChance::Prior{.location = 0.3, .spread = 0.1});
  EXPECT_NEAR(chance.confidence(0.3), 0.5, 1e-6);
  EXPECT_NEAR(chance.usual().value(), 0.4, 1e-6);
  Rng rng(3, "chance");
  for (int i = 0; i < 20; ++i) chance.learn(0.1 + 0.02 * rng.normal());
  EXPECT_NEAR(chance.confidence(0.2), 0.5, 0.1) << "half of it is the run's by now";
  for (int i = 0; i < 180; ++i) chance.learn(0.1 + 0.02 * rng.normal());
  EXPECT_GT(chance.confidence(0.2), 0.99);
}

TEST(RunningChance, FollowsTheRun) {
  RunningChance chance;
  for (int i = 0; i < 200; ++i) chance.learn(0.2 + 0.001 * (i % 50));
  EXPECT_GT(chance.confidence(0.4), 0.9999);
  for (int i = 0; i < 200; ++i) chance.learn(0.4 + 0.001 * (i % 50));
  EXPECT_LT(chance.confidence(0.4), 0.5);
}

class BestElsewhere : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int64_t i = 0; i < 200; ++i) {
      LoopMemoryFrame frame;
      frame.number = i;
      frame.stamp_s = static_cast<double>(i) / 10;
      if (i == 150) frame.twin = 50;
      memory_.add(std::move(frame), test::random_unit(static_cast<uint64_t>(i)));
    }
  }
  LoopMemory memory_{test::kWalkDim, 1000};
  std::vector<float> scores_ = std::vector<float>(200, 0.1f);
};

TEST_F(BestElsewhere, IsNotNearTheBestInFramesOrTime) {
  scores_[100] = 0.9f;
  scores_[95] = 0.8f;
  scores_[80] = 0.7f;
  scores_[20] = 0.6f;
  EXPECT_FLOAT_EQ(best_elsewhere(scores_, memory_, {.frames = 4}).value(), 0.8f);
  EXPECT_FLOAT_EQ(best_elsewhere(scores_, memory_, {.frames = 5}).value(), 0.7f);
  EXPECT_FLOAT_EQ(best_elsewhere(scores_, memory_, {.seconds = 2.05}).value(), 0.6f);
}

TEST_F(BestElsewhere, IsNotWhereTheTwinsOfTheBestAre) {
  scores_[52] = 0.9f;
  scores_[151] = 0.8f;  // the second visit
  scores_[20] = 0.3f;
  EXPECT_FLOAT_EQ(best_elsewhere(scores_, memory_, {.frames = 5}).value(), 0.3f);
  scores_[151] = 0.95f;
  EXPECT_FLOAT_EQ(best_elsewhere(scores_, memory_, {.frames = 5}).value(), 0.3f);
  EXPECT_FLOAT_EQ(best_elsewhere(scores_, memory_, {.frames = 1}).value(), 0.9f)
      << "52 is not near 50";
}

TEST_F(BestElsewhere, NeedsSixtyOthers) {
  scores_.resize(64);
  EXPECT_TRUE(best_elsewhere(scores_, memory_, {.frames = 3}).has_value());
  EXPECT_FALSE(best_elsewhere(scores_, memory_, {.frames = 30}).has_value());
  scores_.clear();
  EXPECT_FALSE(best_elsewhere(scores_, memory_, {.frames = 3}).has_value());
}

TEST(ChanceBound, LiesAboveWhatChanceGives) {
  Rng rng(3);
  std::vector<float> scores(1000);
  for (float& s : scores) s = static_cast<float>(0.2 + 0.05 * rng.normal());
  EXPECT_NEAR(chance_bound(scores, 0.5).value(), 0.2 + 0.05 * 3.2, 0.03);
  EXPECT_GT(chance_bound(scores, 0.95).value(), chance_bound(scores, 0.5).value() + 0.02);
  EXPECT_FALSE(chance_bound(std::span(scores).first(49), 0.5).has_value());
}

TEST(RunningChance, GivesTheValueOfAConfidence) {
  RunningChance chance(RunningChance::Prior{.location = -1, .spread = 2});
  EXPECT_NEAR(chance.at(0.841345).value(), 1, 1e-4);
  EXPECT_NEAR(chance.confidence(chance.at(0.985).value()), 0.985, 1e-6);
  EXPECT_FALSE(RunningChance().at(0.9).has_value());
}

TEST(MayShowOnePlace, FramesNearEachOtherOrJoinedByATwinDo) {
  LoopMemory memory(test::kWalkDim, 200);
  for (int64_t i = 0; i < 150; ++i) {
    LoopMemoryFrame frame{.number = i, .stamp_s = static_cast<double>(i)};
    if (i == 110) frame.twin = 10;
    memory.add(std::move(frame), test::view_of(i, 0));
  }
  const LoopNearness near{.frames = 5, .seconds = 3};
  EXPECT_TRUE(may_show_one_place(memory, 40, 44, near));
  EXPECT_FALSE(may_show_one_place(memory, 40, 60, near));
  EXPECT_TRUE(may_show_one_place(memory, 12, 108, near));
  EXPECT_TRUE(may_show_one_place(memory, 108, 12, near));
  EXPECT_FALSE(may_show_one_place(memory, 30, 108, near));
}

}  // namespace
}  // namespace loci
