// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/float16.h"

#include "loci/math/half.h"

#include <vector>

#include <gtest/gtest.h>

namespace loci {
namespace {

Model of(float first) {
  Model model;
  const std::vector<float> weight = {first, -0.1f, 3.0f, 1e-3f}, bias = {0.1f, 0.2f};
  model.tensors["a.weight"] = make_tensor({2, 2}, std::span<const float>(weight));
  model.tensors["a.bias"] = make_tensor({2}, std::span<const float>(bias));
  return model;
}

TEST(Float16Weights, RoundsMatricesAndLeavesVectors) {
  const auto made = with_float16_weights(of(1.0f / 3));
  ASSERT_TRUE(made.ok()) << made.status().message();
  const Tensor& weight = (*made)->tensors.at("a.weight");
  EXPECT_EQ(weight.dtype, DType::kF16);
  EXPECT_EQ(weight.shape, (std::vector<int64_t>{2, 2}));
  const auto read = find_matrix((*made)->tensors, "a.weight", 2, 2);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ((*read)(0, 0), half_to_float(float_to_half(1.0f / 3)));
  EXPECT_NE((*read)(0, 0), 1.0f / 3);
  EXPECT_EQ((*made)->tensors.at("a.bias").floats()[0], 0.1f);
}

TEST(Float16Weights, NamesTheTensorThatDoesNotFit) {
  const auto made = with_float16_weights(of(1e5f));
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.status().message().find("a.weight"), std::string::npos);
}

}  // namespace
}  // namespace loci
