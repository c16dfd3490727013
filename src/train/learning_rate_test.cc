// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "learning_rate.h"

#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(LearningRate, HalvesEveryFiveEpochsAndTheRefreshIntervalDoublesWithIt) {
  const TrainOptions options;  // 1e-3, step, 0.5, 5
  EXPECT_DOUBLE_EQ(learning_rate(options, {.epoch = 4}), 1e-3);
  EXPECT_DOUBLE_EQ(learning_rate(options, {.epoch = 5}), 5e-4);
  EXPECT_DOUBLE_EQ(learning_rate(options, {.epoch = 12}), 2.5e-4);
  EXPECT_EQ(refresh_interval(options, 4), 1000);
  EXPECT_EQ(refresh_interval(options, 12), 4000);
}

TEST(LearningRate, WarmUpRisesInEqualStepsToTheFullRate) {
  TrainOptions options;
  options.learning_rate = 1;
  options.warmup_steps = 4;
  for (int step = 0; step < 4; ++step) {
    const StepPosition at{.epoch = 0, .step = step, .steps_an_epoch = 100};
    EXPECT_DOUBLE_EQ(learning_rate(options, at), (step + 1) / 4.0);
  }
  EXPECT_DOUBLE_EQ(learning_rate(options, {.step = 4, .steps_an_epoch = 100}), 1);
}

TEST(LearningRate, CosineAndLinearPassHalfInTheMiddleAndEndAtZero) {
  TrainOptions options;
  options.learning_rate = 2;
  options.epochs = 4;
  for (const char* schedule : {"cosine", "linear"}) {
    options.schedule = schedule;
    EXPECT_NEAR(learning_rate(options, {.epoch = 2, .steps_an_epoch = 10}), 1, 1e-12);
    EXPECT_NEAR(learning_rate(options, {.epoch = 4, .steps_an_epoch = 10}), 0, 1e-12);
  }
}

}  // namespace
}  // namespace loci::train
