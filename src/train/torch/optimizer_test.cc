// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "optimizer.h"

#include "torch_test_support.h"

#include <cmath>

namespace loci::train {
namespace {

Parameter parameter(double value) {
  return {"w", at::full({1}, value, at::kDouble).requires_grad_(true)};
}
void give_gradient(const Parameter& p, double g) {
  at::Tensor value = p.value;
  value.mutable_grad() = at::full({1}, g, at::kDouble);
}
double number(const Parameter& p) { return p.value.item<double>(); }

// v1 = -0.1 * 2 - 3 = -3.2, w1 = 2 - 0.5 * 3.2 = 0.4; v2 = 0.9 * -3.2 - 0.1 * 0.4 + 1 = -1.92,
// w2 = 0.4 - 0.96 = -0.56.
TEST(Sgd, FollowsThePapersUpdateRuleByHand) {
  const Parameter w = parameter(2);
  Optimizer sgd = Optimizer::create({.momentum = 0.9, .weight_decay = 0.1}, {w}).value();
  give_gradient(w, 6);
  sgd.step(0.5, 0.5);
  EXPECT_NEAR(number(w), 0.4, 1e-14);
  give_gradient(w, -1);
  sgd.step(0.5, 1);
  EXPECT_NEAR(number(w), -0.56, 1e-14);
}

TEST(Optimizer, WithoutAGradientAParameterStays) {
  const Parameter w = parameter(2);
  Optimizer sgd = Optimizer::create({.weight_decay = 0.1}, {w}).value();
  sgd.step(0.5, 1);
  EXPECT_EQ(number(w), 2);
}

// The first step of Adam moves by the rate against the gradient's sign, whatever its size.
TEST(Adam, FirstStepIsTheLearningRate) {
  for (const double gradient : {1e-3, 40.0}) {
    const Parameter w = parameter(1);
    Optimizer adam = Optimizer::create({.name = "adam", .weight_decay = 0}, {w}).value();
    give_gradient(w, gradient);
    adam.step(0.01, 1);
    EXPECT_NEAR(number(w), 0.99, 1e-6);
  }
}

TEST(AdamW, DecaysTheWeightAndNotTheGradient) {
  const Parameter w = parameter(10), v = parameter(10);
  Optimizer adamw = Optimizer::create({.name = "adamw", .weight_decay = 0.5}, {w}).value();
  give_gradient(w, 1);
  adamw.step(0.01, 1);
  EXPECT_NEAR(number(w), 10 * (1 - 0.01 * 0.5) - 0.01, 1e-6);
  Optimizer adam = Optimizer::create({.name = "adam", .weight_decay = 0.5}, {v}).value();
  give_gradient(v, 1);
  adam.step(0.01, 1);
  EXPECT_NEAR(number(v), 9.99, 1e-6);
}

TEST(Optimizer, GoesOnFromItsStoredStateBitForBit) {
  for (const char* name : {"sgd", "adam", "adamw"}) {
    const auto make = [&] {
      return Parameter{"w", normal({5}, 1, at::kFloat).requires_grad_(true)};
    };
    const auto gradient = [](const Parameter& p, uint64_t seed) {
      at::Tensor value = p.value;
      value.mutable_grad() = normal({5}, seed, at::kFloat);
    };
    const Parameter whole = make(), first = make(), second = make();
    Optimizer uninterrupted = Optimizer::create({.name = name}, {whole}).value();
    Optimizer before = Optimizer::create({.name = name}, {first}).value();
    for (uint64_t step = 2; step < 6; ++step) {
      gradient(whole, step);
      uninterrupted.step(0.1, 1);
      if (step >= 4) continue;
      gradient(first, step);
      before.step(0.1, 1);
    }
    Optimizer after = Optimizer::create({.name = name}, {second}).value();
    ASSERT_TRUE(after.load_state(before.state()).ok());
    {
      const c10::NoGradGuard no_gradients;
      at::Tensor(second.value).copy_(first.value);
    }
    for (uint64_t step = 4; step < 6; ++step) {
      gradient(second, step);
      after.step(0.1, 1);
    }
    EXPECT_TRUE(whole.value.equal(second.value)) << name;
  }
}

TEST(Optimizer, UnknownNameIsRefused) {
  EXPECT_EQ(Optimizer::create({.name = "lion"}, {}).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci::train
