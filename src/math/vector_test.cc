// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/vector.h"

#include "test_matrices.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Vector, DotOfEveryLengthAgreesWithPlainLoopAtEveryLevel) {
  const Matrix m = normal_matrix(2, 200, "dot");
  for (const SimdLevel level : runnable_levels()) {
    const internal::MathKernels& kernels = internal::math_kernels(level);
    for (size_t n = 0; n <= 200; ++n) {
      double expected = 0, distance = 0;
      for (size_t i = 0; i < n; ++i) {
        const double a = m.row(0)[i], b = m.row(1)[i];
        expected += a * b;
        distance += (a - b) * (a - b);
      }
      EXPECT_NEAR(kernels.dot(m.row(0).data(), m.row(1).data(), n), expected, 1e-4) << n;
      EXPECT_NEAR(kernels.dot_exact(m.row(0).data(), m.row(1).data(), n), expected, 1e-12) << n;
      EXPECT_NEAR(kernels.squared_distance(m.row(0).data(), m.row(1).data(), n),
                  distance,
                  1e-4 * (1 + distance));
    }
  }
}

TEST(Vector, ExactDotHasTheSameBitsAtEveryLevel) {
  const Matrix m = normal_matrix(2, 4099, "bits");
  const double expected =
      internal::math_kernels(SimdLevel::kPlain).dot_exact(m.row(0).data(), m.row(1).data(), 4099);
  for (const SimdLevel level : runnable_levels()) {
    EXPECT_EQ(internal::math_kernels(level).dot_exact(m.row(0).data(), m.row(1).data(), 4099),
              expected);
  }
}

TEST(Vector, ExactDotKeepsWhatFloatSumsLose) {
  const float a[] = {1e8f, 1, -1e8f}, b[] = {1, 1, 1};
  EXPECT_EQ(dot_exact(a, b, 3), 1.0);
}

TEST(Vector, MaxDifferenceFindsTheLargestAnywhere) {
  for (const SimdLevel level : runnable_levels()) {
    for (size_t n = 1; n < 40; ++n) {
      for (size_t at = 0; at < n; ++at) {
        std::vector<float> values(n, -5.0f), offsets(n, 1.0f);
        values[at] = -2;
        EXPECT_EQ(internal::math_kernels(level).max_difference(values.data(), offsets.data(), n),
                  -3.0f);
      }
    }
  }
}

TEST(Vector, NormalizeReturnsTheNormAndGivesUnitLength) {
  std::vector<float> x = {3, 0, 4};
  EXPECT_DOUBLE_EQ(l2_normalize(x), 5.0);
  EXPECT_EQ(x, (std::vector<float>{0.6f, 0, 0.8f}));
}

TEST(Vector, NormalizeLeavesZerosZero) {
  std::vector<float> x(7, 0.0f);
  EXPECT_EQ(l2_normalize(x), 0.0);
  EXPECT_EQ(x, std::vector<float>(7, 0.0f));
}

TEST(Vector, NormalizeDividesByEpsBelowIt) {
  std::vector<float> x = {1e-3f};
  l2_normalize(x, 1e-2);
  EXPECT_NEAR(x[0], 0.1, 1e-7);
}

}  // namespace
}  // namespace loci
