// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "losses.h"

#include "torch_test_support.h"

namespace loci::train {
namespace {

at::Tensor vector_of(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values.begin(), values.size()));
}

// |q - p|^2 = 0.25, |q - n|^2 = 0.36 and 0.16, m = 0.1: gaps -0.01 and 0.19.
TEST(TripletSquared, CountsAndSumsOnlyWhatViolates) {
  const at::Tensor q = vector_of({0, 0}), p = vector_of({0.5, 0});
  const at::Tensor n = at::stack({vector_of({0, 0.6}), vector_of({-0.4, 0})});
  const LossTerms loss = triplet_squared(q, p, n, 0.1);
  EXPECT_NEAR(loss.sum.item<double>(), 0.19, 1e-15);
  EXPECT_EQ(loss.violations, 1);
  EXPECT_EQ(loss.count, 2);
}

TEST(TripletSquared, GradientsAreTheReleasedCodes) {
  // dq = 2 (sum n_j - V p), dp = 2 V (p - q), dn = 2 (q - n) over the V violating negatives.
  at::Tensor q = normal({8}, 1), p = normal({8}, 2), n = normal({3, 8}, 3);
  for (at::Tensor* x : {&q, &p, &n}) x->requires_grad_(true);
  const LossTerms loss = triplet_squared(q, p, n, 100);  // all violate
  loss.sum.backward();
  ASSERT_EQ(loss.violations, 3);
  const c10::NoGradGuard no_gradients;
  EXPECT_LT(relative_error(q.grad(), 2 * (n.sum(0) - 3 * p)), 1e-14);
  EXPECT_LT(relative_error(p.grad(), 6 * (p - q)), 1e-14);
  EXPECT_LT(relative_error(n.grad(), 2 * (q - n)), 1e-14);
}

class GoldenLoss : public testing::Test {
 protected:
  void SetUp() override {
    LOCI_NEEDS_SHARED_DATA();
    q_ = golden("triplet/loss/q.npy");
    p_ = golden("triplet/loss/p.npy");
    n_ = golden("triplet/loss/n.npy");
    for (at::Tensor* x : {&q_, &p_, &n_}) x->requires_grad_(true);
  }
  void expect(at::Tensor value, double expected, const std::string& name) {
    EXPECT_NEAR(value.item<double>(), expected, 1e-12);
    value.backward();
    const std::string file = "triplet/loss/" + name;
    EXPECT_LT((q_.grad() - golden(file + "_dq.npy")).abs().max().item<double>(), 1e-6);
    EXPECT_LT((p_.grad() - golden(file + "_dp.npy")).abs().max().item<double>(), 1e-6);
    EXPECT_LT((n_.grad() - golden(file + "_dn.npy")).abs().max().item<double>(), 1e-6);
  }
  at::Tensor q_, p_, n_;
};

TEST_F(GoldenLoss, SquaredIsTheReleasedCodes) {
  expect(triplet_squared(q_[0], p_[0], n_[0], 0.1).sum, 28.11377400782534, "relja_sq_sum");
}

TEST_F(GoldenLoss, DistanceFormIsThePorts) {
  const LossTerms loss = triplet_distance(q_[0], p_[0], n_[0], 0.1);
  expect(loss.sum / loss.count, 1.2257380943299865, "nanne_l2");
}

}  // namespace
}  // namespace loci::train
