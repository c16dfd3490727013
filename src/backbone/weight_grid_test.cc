// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "weight_grid.h"

#include "loci/base/rng.h"

#include <vector>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

TEST(GridStep, FindsTheGridThatWeightsWereStoredOn) {
  constexpr float kStep = 0.0137f;
  std::vector<float> weights;
  for (const int q : {3, -71, 0, 12, 7, 70, -1, 33, 5}) {
    weights.push_back(static_cast<float>(q) * kStep);
  }
  EXPECT_NEAR(grid_step(weights, 127), kStep, 1e-6f * kStep);
}

TEST(GridStep, OtherWeightsUseAllLevels) {
  Rng rng(1, "weights");
  std::vector<float> weights(64);
  for (float& w : weights) w = static_cast<float>(rng.uniform(-1, 1));
  weights[5] = -2;
  EXPECT_EQ(grid_step(weights, 127), 2.0f / 127);
  EXPECT_EQ(grid_step(weights, 64), 2.0f / 64);
}

TEST(GridStep, ZerosAndSingleWeightsWorkedByHand) {
  EXPECT_EQ(grid_step(std::vector<float>(9, 0.0f), 127), 1.0f);
  EXPECT_EQ(grid_step(std::vector<float>{-0.5f, 0, 0.5f}, 127), 0.5f);
}

}  // namespace
}  // namespace loci::internal
