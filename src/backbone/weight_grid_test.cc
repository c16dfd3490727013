// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "weight_grid.h"

#include "loci/base/rng.h"

#include <bit>
#include <cmath>
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

TEST(RoundKernel, KeepsTheSumToHalfAStepAndEveryWeightToOne) {
  Rng rng(1, "kernels");
  for (int round = 0; round < 2000; ++round) {
    std::vector<float> kernel(round % 2 == 0 ? 9 : 25);
    for (float& weight : kernel) weight = static_cast<float>(rng.uniform(-1, 1));
    const float step = grid_step(kernel, 127);
    std::vector<int8_t> q(kernel.size());
    round_kernel(kernel, step, 127, q.data());
    double difference = 0;
    for (size_t i = 0; i < kernel.size(); ++i) {
      const double exact = static_cast<double>(kernel[i]) / static_cast<double>(step);
      EXPECT_LT(std::abs(exact - q[i]), 1.01);
      EXPECT_LE(std::abs(q[i]), 127);
      difference += exact - q[i];
    }
    EXPECT_LE(std::abs(difference), 0.51);
  }
}

TEST(RoundKernel, IntegersStayAsTheyAre) {
  const std::vector<float> kernel = {127, -3, 4, 0, -127, 90, 1, 2, 5};
  std::vector<int8_t> q(9);
  round_kernel(kernel, 1, 127, q.data());
  for (size_t i = 0; i < 9; ++i) EXPECT_EQ(q[i], kernel[i]);
}

TEST(RoundKernel, AKernelOfOneWeightIsRounded) {
  int8_t q = 0;
  round_kernel(std::vector<float>{0.4f}, 1, 127, &q);
  EXPECT_EQ(q, 0);
}

TEST(RoundKernel, InBf16TheSumIsCloserThanByRoundingAlone) {
  Rng rng(1, "kernels");
  double by_rounding = 0, by_kernel = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<float> kernel(9), alone(9), together(9);
    for (float& weight : kernel) weight = static_cast<float>(rng.uniform(-1, 1));
    round_kernel_bf16(kernel, together.data());
    for (size_t i = 0; i < 9; ++i) round_kernel_bf16({&kernel[i], 1}, &alone[i]);
    double exact = 0, a = 0, b = 0;
    for (size_t i = 0; i < 9; ++i) {
      EXPECT_EQ(std::bit_cast<uint32_t>(together[i]) & 0xffffu, 0u);
      EXPECT_LE(std::abs(together[i] - kernel[i]), std::abs(kernel[i]) / 127);
      exact += double{kernel[i]};
      a += double{alone[i]};
      b += double{together[i]};
    }
    by_rounding += std::abs(exact - a);
    by_kernel += std::abs(exact - b);
  }
  EXPECT_LT(by_kernel, 0.25 * by_rounding);
}

}  // namespace
}  // namespace loci::internal
