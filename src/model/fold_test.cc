// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/fold.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

Tensor vector_of(std::vector<float> values) {
  return make_tensor({static_cast<int64_t>(values.size())}, values);
}

TEST(FoldBatchNorm, MatchesWorkedNumbers) {
  // Channel 0: gain 2 / sqrt(3 + 1) = 1; channel 1: gain 3 / sqrt(0 + 1) = 3.
  const Tensor weight = make_tensor({2, 1, 1, 2}, std::vector<float>{1, 2, 3, 4});
  const BatchNorm norm{
      vector_of({2, 3}), vector_of({10, 20}), vector_of({1, -1}), vector_of({3, 0}), 1.0};
  const ConvWeights plain = fold_batch_norm("c", weight, nullptr, norm).value();
  EXPECT_EQ(plain.weight.to_floats(), (std::vector<float>{1, 2, 9, 12}));
  EXPECT_EQ(plain.bias.to_floats(), (std::vector<float>{9, 23}));
  const Tensor bias = vector_of({5, 6});
  EXPECT_EQ(fold_batch_norm("c", weight, &bias, norm)->bias.to_floats(),
            (std::vector<float>{14, 41}));
}

TEST(FoldBatchNorm, WrongChannelsAndNegativeVarianceAreNamed) {
  const Tensor weight = make_tensor({2, 1, 1, 1}, std::vector<float>{1, 2});
  BatchNorm norm{vector_of({2, 3}), vector_of({1, 1, 1}), vector_of({1, 1}), vector_of({1, 1})};
  auto folded = fold_batch_norm("conv7", weight, nullptr, norm);
  ASSERT_FALSE(folded.ok());
  EXPECT_EQ(folded.status().code(), Code::kCorrupt);
  EXPECT_NE(folded.status().message().find("conv7"), std::string::npos);
  norm.beta = vector_of({1, 1});
  norm.variance = vector_of({1, -1});
  EXPECT_EQ(fold_batch_norm("c", weight, nullptr, norm).status().code(), Code::kCorrupt);
  EXPECT_EQ(fold_batch_norm("c", vector_of({1}), nullptr, norm).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci
