// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/rng.h"
#include "loci/pooling/whitening.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::HasSubstr;

Matrix random_matrix(int64_t rows, int64_t cols, uint64_t seed) {
  Rng rng(seed, "matrix");
  Matrix out(rows, cols);
  for (size_t i = 0; i < out.size(); ++i) out.data()[i] = static_cast<float>(rng.normal());
  return out;
}

constexpr int kFirst = 3, kSketched = 5;
constexpr int64_t kInput = 11;
const WhiteningSpec kSpec{.output_dim = kFirst + kSketched, .sketched = kSketched};
const std::vector<float> kCells{1, -2, 3, 4, -5, 1, 2, -3, -4, 5, -1};

TensorMap tensors() {
  const Matrix weight = random_matrix(kFirst, kInput, 1),
               mixing = random_matrix(kSketched, kFirst, 2);
  const Matrix bias = random_matrix(1, kFirst, 3), sketch_bias = random_matrix(1, kSketched, 4);
  return {{"whitening.weight", make_tensor(weight)},
          {"whitening.bias", make_tensor({kFirst}, bias.row(0))},
          {"whitening.mixing", make_tensor(mixing)},
          {"whitening.sketch", make_tensor({kInput}, std::span<const float>(kCells))},
          {"whitening.sketch_bias", make_tensor({kSketched}, sketch_bias.row(0))}};
}

TEST(SketchedWhitening, IsTheFormula) {
  const Matrix x = random_matrix(2, kInput, 9), w = random_matrix(kFirst, kInput, 1);
  const Matrix mixing = random_matrix(kSketched, kFirst, 2), b = random_matrix(1, kFirst, 3);
  const Matrix sketch_bias = random_matrix(1, kSketched, 4);
  Matrix out(2, kSpec.output_dim);
  Whitening::create(kSpec, tensors(), kInput).value()->apply(x, out);
  for (int64_t i = 0; i < 2; ++i) {
    std::vector<double> y;
    for (int64_t r = 0; r < kFirst; ++r) {
      y.push_back(static_cast<double>(b(0, r)));
      for (int64_t d = 0; d < kInput; ++d)
        y.back() += static_cast<double>(w(r, d)) * static_cast<double>(x(i, d));
    }
    for (int64_t j = 0; j < kSketched; ++j) {
      double sum = static_cast<double>(sketch_bias(0, j));
      for (int64_t r = 0; r < kFirst; ++r)
        sum -= static_cast<double>(mixing(j, r)) * y[static_cast<size_t>(r)];
      for (int64_t d = 0; d < kInput; ++d) {
        const auto cell = static_cast<double>(kCells[static_cast<size_t>(d)]);
        if (std::abs(cell) == static_cast<double>(j + 1))
          sum += (cell < 0 ? -1 : 1) * static_cast<double>(x(i, d));
      }
      y.push_back(sum);
    }
    double norm = 0;
    for (const double value : y) norm += value * value;
    for (size_t m = 0; m < y.size(); ++m)
      EXPECT_NEAR(out(i, static_cast<int64_t>(m)), y[m] / std::sqrt(norm), 1e-5) << i << ' ' << m;
  }
}

TEST(SketchedWhitening, TensorsThatDoNotFitAreNamed) {
  const auto message = [](const char* name, std::vector<int64_t> shape, std::vector<float> values) {
    TensorMap bad = tensors();
    bad[name] = make_tensor(std::move(shape), std::span<const float>(values));
    return Whitening::create(kSpec, bad, kInput).status().message();
  };
  std::vector<float> cells = kCells;
  cells[3] = 6;
  EXPECT_THAT(message("whitening.sketch", {kInput}, cells), HasSubstr("holds 6"));
  cells[3] = 0.5;
  EXPECT_THAT(message("whitening.sketch", {kInput}, cells), HasSubstr("holds 0.5"));
  EXPECT_THAT(message("whitening.sketch", {2}, {1, 2}), HasSubstr("whitening.sketch"));
  EXPECT_THAT(message("whitening.mixing", {2, 1}, {1, 2}), HasSubstr("whitening.mixing"));
  EXPECT_THAT(message("whitening.sketch_bias", {2}, {1, 2}), HasSubstr("whitening.sketch_bias"));
  EXPECT_THAT(message("whitening.weight", {1, kInput}, cells), HasSubstr("whitening.weight"));
  TensorMap missing = tensors();
  missing.erase("whitening.sketch");
  EXPECT_THAT(Whitening::create(kSpec, missing, kInput).status().message(),
              HasSubstr("whitening.sketch"));
  EXPECT_FALSE(Whitening::create({.output_dim = 5, .sketched = 5}, tensors(), kInput).ok());
}

}  // namespace
}  // namespace loci
