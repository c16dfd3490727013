// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/gemm.h"

#include "gemm_driver.h"
#include "test_matrices.h"

#include <cstring>

#include <gtest/gtest.h>

namespace loci {
namespace {

template <class T>
MatrixOf<T> random_matrix(int64_t rows, int64_t cols, std::string_view stream) {
  Rng rng(2, stream);
  MatrixOf<T> m(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (T& x : m.row(i)) x = static_cast<T>(rng.normal());
  }
  return m;
}

/// Compares with float64 sums; `across`: b is d x n.
template <class T>
void check_against_plain_loop(int64_t m,
                              int64_t n,
                              int64_t d,
                              bool across,
                              bool accumulate,
                              const internal::GemmKernel<T>& kernel,
                              double tolerance) {
  const MatrixOf<T> a = random_matrix<T>(m, d, "a");
  const MatrixOf<T> b = across ? random_matrix<T>(d, n, "b") : random_matrix<T>(n, d, "b");
  MatrixOf<T> out = random_matrix<T>(m, n + 3, "out");  // a stride larger than the width
  const MatrixOf<T> before = out;
  internal::gemm<T>(
      a.view(), b.view(), across, MatrixView<T>(out.data(), m, n, n + 3), 0, accumulate, kernel);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = accumulate ? static_cast<double>(before(i, j)) : 0;
      for (int64_t p = 0; p < d; ++p)
        sum += static_cast<double>(a(i, p)) * static_cast<double>(across ? b(p, j) : b(j, p));
      ASSERT_NEAR(out(i, j), sum, tolerance * static_cast<double>(d))
          << m << "x" << n << "x" << d << " " << i << "," << j;
    }
    for (int64_t j = n; j < n + 3; ++j)
      ASSERT_EQ(out(i, j), before(i, j)) << "wrote beside the row";
  }
}

TEST(Gemm, EveryShapeAgreesWithPlainLoopAtEveryLevel) {
  const int64_t shapes[][3] = {{4, 1, 1},
                               {5, 16, 7},
                               {6, 17, 33},
                               {13, 33, 257},
                               {25, 200, 300},
                               {150, 170, 40},
                               {300, 600, 30}};
  for (const SimdLevel level : runnable_levels()) {
    const internal::MathKernels& kernels = internal::math_kernels(level);
    for (const auto& s : shapes) {
      for (const bool across : {false, true}) {
        check_against_plain_loop<float>(s[0], s[1], s[2], across, false, kernels.gemm_f32, 1e-6);
        check_against_plain_loop<float>(s[0], s[1], s[2], across, true, kernels.gemm_f32, 1e-6);
        check_against_plain_loop<double>(s[0], s[1], s[2], across, true, kernels.gemm_f64, 1e-14);
      }
    }
  }
}

TEST(Gemm, BlocksBeyondOnePackedBufferAreJoined) {
  check_against_plain_loop<float>(
      2100, 180, 3, false, false, internal::math_kernels().gemm_f32, 1e-5);
  check_against_plain_loop<float>(9, 4200, 5, true, true, internal::math_kernels().gemm_f32, 1e-5);
}

TEST(Gemm, FewRowsGiveDotProducts) {
  const Matrix a = normal_matrix(2, 50, "few a"), b = normal_matrix(31, 50, "few b");
  Matrix out(2, 31), twice(2, 31);
  gemm_nt(a, b, out);
  gemm_nt(a, b, twice);
  gemm_nt(a, b, twice, 1, true);
  for (int64_t j = 0; j < 31; ++j) {
    double sum = 0;
    for (int64_t p = 0; p < 50; ++p)
      sum += static_cast<double>(a(1, p)) * static_cast<double>(b(j, p));
    EXPECT_NEAR(out(1, j), sum, 1e-4);
    EXPECT_NEAR(twice(1, j), 2 * sum, 2e-4);
  }
}

TEST(Gemm, SameBitsForAnyNumberOfThreads) {
  const Matrix a = normal_matrix(301, 700, "threads a"), b = normal_matrix(515, 700, "threads b");
  Matrix one(301, 515), many(301, 515);
  gemm_nt(a, b, one, 1);
  gemm_nt(a, b, many, 5);
  EXPECT_EQ(std::memcmp(one.data(), many.data(), one.size() * sizeof(float)), 0);
}

TEST(Gemm, NoDepthGivesZerosOrLeavesTheSum) {
  const Matrix a(4, 0), b(5, 0);
  Matrix out(4, 5);
  out(1, 1) = 7;
  gemm_nt(a, b, out, 0, true);
  EXPECT_EQ(out(1, 1), 7.0f);
  gemm_nt(a, b, out);
  EXPECT_EQ(out(1, 1), 0.0f);
}

TEST(Gemm, ShapesThatDoNotFitBreakTheContract) {
  Matrix a(4, 5), b(6, 4), out(4, 6);
  EXPECT_THROW(gemm_nt(a, b, out), std::invalid_argument);
  EXPECT_THROW(gemm_nn(a, b, out), std::invalid_argument);
}

}  // namespace
}  // namespace loci
