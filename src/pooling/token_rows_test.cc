// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/pooling.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

std::vector<float> pooled(const PoolingSpec& spec, const TensorMap& tensors, const Matrix& x) {
  const auto pooling = Pooling::create(spec, tensors, x.cols()).value();
  std::vector<float> out(static_cast<size_t>(pooling->output_dim(x.cols())));
  pooling->pool(FeaturesView(x), out);
  return out;
}

Matrix counted(int64_t rows, int64_t cols) {
  Matrix x(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t c = 0; c < cols; ++c) x(i, c) = static_cast<float>(10 * i + c);
  }
  return x;
}

TEST(TokensPooling, RowsStandOneAfterTheOther) {
  PoolingSpec spec{.type = "tokens", .num_clusters = 2, .final_norm = false};
  EXPECT_EQ(pooled(spec, {}, counted(2, 3)), (std::vector<float>{0, 1, 2, 10, 11, 12}));
  spec.dimension_outer = true;
  EXPECT_EQ(pooled(spec, {}, counted(2, 3)), (std::vector<float>{0, 10, 1, 11, 2, 12}));
}

TEST(TokensPooling, RowsAreMixedForEachChannelAlike) {
  const PoolingSpec spec{.type = "tokens", .final_norm = false, .dimension_outer = true};
  const TensorMap tensors = {
      {"pooling.rows.weight", make_tensor({1, 2}, std::vector<float>{2, -1})},
      {"pooling.rows.bias", make_tensor({1}, std::vector<float>{100})}};
  EXPECT_EQ(pooled(spec, tensors, counted(2, 3)), (std::vector<float>{90, 91, 92}));
}

TEST(TokensPooling, NoNumberOfRowsIsCorrupt) {
  EXPECT_EQ(Pooling::create({.type = "tokens"}, {}, 3).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci
