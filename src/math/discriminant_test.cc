// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/discriminant.h"

#include "test_matrices.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::HasSubstr;

Matrix rows(std::initializer_list<std::array<float, 2>> values) {
  Matrix out(std::ssize(values), 2);
  int64_t i = 0;
  for (const auto& value : values) {
    out(i, 0) = value[0];
    out(i++, 1) = value[1];
  }
  return out;
}

/// Pairs that lie (4, 0) or (0, 2) apart.
PairScatter four_pairs() {
  PairScatter pairs(2);
  pairs.add(rows({{3, 0}, {0, 2}}), rows({{-1, 0}, {0, 0}}));
  pairs.add(rows({{4, 6}, {5, 9}}), rows({{8, 6}, {5, 7}}));
  return pairs;
}

TEST(Discriminant, SumsOfPairsWorkedByHand) {
  // Differences (4,0), (0,2), (-4,0), (0,2): W = [[32, 0], [0, 8]] / 4 / 2.
  const PairScatter pairs = four_pairs();
  EXPECT_EQ(pairs.pairs(), 4);
  EXPECT_DOUBLE_EQ(pairs.within()(0, 0), 4);
  EXPECT_DOUBLE_EQ(pairs.within()(0, 1), 0);
  EXPECT_DOUBLE_EQ(pairs.within()(1, 1), 1);
  // x: 3 -1 0 0 4 8 5 5, y: 0 0 2 0 6 6 9 7; means 3 and 30 / 8.
  EXPECT_DOUBLE_EQ(pairs.mean()[0], 3);
  EXPECT_DOUBLE_EQ(pairs.mean()[1], 3.75);
  EXPECT_DOUBLE_EQ(pairs.total()(0, 0), 140.0 / 8 - 9);
  EXPECT_DOUBLE_EQ(pairs.total()(1, 1), 206.0 / 8 - 3.75 * 3.75);
  EXPECT_DOUBLE_EQ(pairs.total()(1, 0), (24.0 + 48 + 45 + 35) / 8 - 3 * 3.75);
  EXPECT_DOUBLE_EQ(pairs.total()(0, 1), pairs.total()(1, 0));
}

TEST(Discriminant, TheDirectionThatPairsDoNotDifferInComesFirst) {
  PairScatter pairs(2);
  const auto up = static_cast<float>(std::sqrt(7.0));
  pairs.add(rows({{4, up + 1}, {4, -up + 1}, {-4, up + 1}, {-4, -up + 1}}),
            rows({{0, up - 1}, {0, -up - 1}, {0, up - 1}, {0, -up - 1}}));
  // Differences (+-4, 2): W = diag(8, 2). x is 4 4 -4 -4 0 0 0 0, y is +-sqrt(7) +- 1: T = diag(8, 8).
  const Discriminant both = fit_discriminant(pairs, {.output_dim = 2, .shrink = 0}).value();
  EXPECT_NEAR(both.eigenvalues[0], 4, 1e-6);
  EXPECT_NEAR(both.eigenvalues[1], 1, 1e-6);
  EXPECT_NEAR(both.projection(0, 0), 0, 1e-6);
  EXPECT_NEAR(both.projection(0, 1), 1 / std::sqrt(2.0), 1e-6);
  EXPECT_NEAR(both.projection(1, 0), 1 / std::sqrt(8.0), 1e-6);
  EXPECT_NEAR(both.projection(1, 1), 0, 1e-6);
  EXPECT_NEAR(both.bias[0], 0, 1e-6);  // the mean is 0
  EXPECT_NEAR(both.bias[1], 0, 1e-6);
  // shrink 0.2 adds 0.2 * (8 + 2) / 2 = 1 to both.
  const Discriminant one = fit_discriminant(pairs, {.output_dim = 1, .shrink = 0.2}).value();
  EXPECT_NEAR(one.eigenvalues[0], 8.0 / 3, 1e-6);
  EXPECT_NEAR(one.projection(0, 1), 1 / std::sqrt(3.0), 1e-6);
  EXPECT_EQ(one.projection.rows(), 1);
}

TEST(Discriminant, ProjectedPairsHaveUnitCovarianceAndMeanZero) {
  constexpr int64_t kDim = 20, kPairs = 3000;
  Matrix a = normal_matrix(kPairs, kDim, "seen once"), b = normal_matrix(kPairs, kDim, "again");
  const Matrix scene = normal_matrix(kPairs, kDim, "scene");
  for (int64_t i = 0; i < kPairs; ++i) {
    for (int64_t d = 0; d < kDim; ++d) {
      const float change = 0.1f * static_cast<float>(1 + d);
      a(i, d) = 2 + scene(i, d) + change * (a(i, d) + a(i, (d + 1) % kDim));
      b(i, d) = 2 + scene(i, d) + change * b(i, d);
    }
  }
  PairScatter pairs(kDim);
  pairs.add(a, b);
  const Discriminant found = fit_discriminant(pairs, {.output_dim = 6, .shrink = 0}).value();
  EXPECT_TRUE(std::ranges::is_sorted(found.eigenvalues, std::greater<>()));
  const auto product = [&](const MatrixOf<double>& middle, int64_t j, int64_t k) {
    double sum = 0;
    for (int64_t r = 0; r < kDim; ++r) {
      for (int64_t c = 0; c < kDim; ++c)
        sum += double{found.projection(j, r)} * middle(r, c) * double{found.projection(k, c)};
    }
    return sum;
  };
  const std::vector<double> mean = pairs.mean();
  for (int64_t j = 0; j < 6; ++j) {
    double centre = found.bias[static_cast<size_t>(j)];
    for (int64_t d = 0; d < kDim; ++d)
      centre += double{found.projection(j, d)} * mean[static_cast<size_t>(d)];
    EXPECT_NEAR(centre, 0, 1e-5);
    for (int64_t k = 0; k < 6; ++k) {
      EXPECT_NEAR(product(pairs.within(), j, k), j == k ? 1 : 0, 1e-5);
      EXPECT_NEAR(product(pairs.total(), j, k),
                  j == k ? found.eigenvalues[static_cast<size_t>(j)] : 0,
                  1e-4);
    }
  }
}

TEST(Discriminant, PowerBelowOneSuppressesLess) {
  // W = diag(4, 1): row d of W^-p/2 has length 2^-p and 1.
  const auto scale_of = [](double power) {
    const Discriminant made =
        fit_discriminant(four_pairs(), {.output_dim = 2, .shrink = 0, .power = power}).value();
    double product = 0;  // |det P|: the product of both lengths
    product = std::abs(static_cast<double>(made.projection(0, 0)) * made.projection(1, 1) -
                       static_cast<double>(made.projection(0, 1)) * made.projection(1, 0));
    return product;
  };
  EXPECT_NEAR(scale_of(0), 1, 1e-6);
  EXPECT_NEAR(scale_of(0.5), std::sqrt(0.5), 1e-6);
  EXPECT_NEAR(scale_of(1), 0.5, 1e-6);
}

TEST(Discriminant, ThreadsAndPiecesDoNotChangeTheSums) {
  const Matrix a = normal_matrix(1200, 300, "a"), b = normal_matrix(1200, 300, "b");
  PairScatter one(300), three(300);
  one.add(a, b, 1);
  three.add(a, b, 3);
  const auto values = [](const MatrixOf<double>& matrix) {
    return std::vector<double>(matrix.data(), matrix.data() + matrix.size());
  };
  EXPECT_EQ(values(one.within()), values(three.within()));
  EXPECT_EQ(values(one.total()), values(three.total()));
  EXPECT_EQ(one.mean(), three.mean());
}

TEST(Discriminant, SaysWhatCannotBeLearnt) {
  const auto message = [](const PairScatter& pairs, DiscriminantOptions options) {
    const auto result = fit_discriminant(pairs, options);
    EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
    return result.status().message();
  };
  EXPECT_THAT(message(PairScatter(2), {.output_dim = 1}), HasSubstr("no pairs"));
  EXPECT_THAT(message(four_pairs(), {.output_dim = 3}), HasSubstr("expected 1 to 2"));
  EXPECT_THAT(message(four_pairs(), {.output_dim = 0}), HasSubstr("expected 1 to 2"));
  EXPECT_THAT(message(four_pairs(), {.output_dim = 1, .shrink = -1}), HasSubstr("shrink is -1"));
  PairScatter equal(2), damaged(2), flat(2);
  equal.add(rows({{1, 2}}), rows({{1, 2}}));
  EXPECT_THAT(message(equal, {.output_dim = 1}), HasSubstr("equal"));
  damaged.add(rows({{std::numeric_limits<float>::quiet_NaN(), 2}}), rows({{1, 2}}));
  EXPECT_THAT(message(damaged, {.output_dim = 1}), HasSubstr("not finite"));
  flat.add(rows({{1, 0}}), rows({{2, 0}}));
  EXPECT_THAT(message(flat, {.output_dim = 1, .shrink = 0}), HasSubstr("shrink"));
  EXPECT_TRUE(fit_discriminant(flat, {.output_dim = 1, .shrink = 0.1}).ok());
}

}  // namespace
}  // namespace loci
