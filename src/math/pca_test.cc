// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/pca.h"

#include "test_matrices.h"

#include "loci/base/npy.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// y = W x + bias in float64.
MatrixOf<double> project(const Pca& pca, ConstMatrixView x, bool unit) {
  MatrixOf<double> y(x.rows(), pca.projection.rows());
  for (int64_t i = 0; i < x.rows(); ++i) {
    double norm = 0;
    for (int64_t m = 0; m < y.cols(); ++m) {
      double sum = pca.bias[static_cast<size_t>(m)];
      for (int64_t d = 0; d < x.cols(); ++d)
        sum += static_cast<double>(pca.projection(m, d)) * static_cast<double>(x(i, d));
      y(i, m) = sum;
      norm += sum * sum;
    }
    for (double& v : y.row(i)) v /= unit ? std::sqrt(norm) : 1;
  }
  return y;
}

TEST(Pca, PointsOnALineWorkedByHand) {
  // (0,0), (3,4), (6,8): mean (3,4), one direction (0.6,0.8) with variance (25 + 0 + 25) / 2.
  Matrix points(3, 2);
  for (int64_t i = 0; i < 3; ++i) {
    points(i, 0) = 3.0f * static_cast<float>(i);
    points(i, 1) = 4.0f * static_cast<float>(i);
  }
  const Pca pca = fit_pca(points, {.output_dim = 2}).value();
  ASSERT_EQ(pca.projection.rows(), 1) << "a direction without variance is no direction";
  EXPECT_NEAR(pca.eigenvalues[0], 25, 1e-12);
  EXPECT_NEAR(pca.projection(0, 0), 0.6 / 5, 1e-7);
  EXPECT_NEAR(pca.projection(0, 1), 0.8 / 5, 1e-7);
  EXPECT_NEAR(pca.bias[0], -1, 1e-7);
}

class PcaShape : public testing::TestWithParam<std::pair<int64_t, int64_t>> {};

TEST_P(PcaShape, WhitenedSamplesHaveUnitCovariance) {
  const auto [n, d] = GetParam();
  Matrix samples = normal_matrix(n, d, "white");
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < d; ++j) samples(i, j) = samples(i, j) * static_cast<float>(1 + j) + 3;
  }
  const Pca pca = fit_pca(samples, {.output_dim = 5, .epsilon = 0}).value();
  const MatrixOf<double> y = project(pca, samples, false);
  for (int64_t a = 0; a < 5; ++a) {
    for (int64_t b = 0; b < 5; ++b) {
      double sum = 0;
      for (int64_t i = 0; i < n; ++i) sum += y(i, a) * y(i, b);
      EXPECT_NEAR(sum / static_cast<double>(n - 1), a == b ? 1 : 0, 1e-5);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(,
                         PcaShape,
                         testing::Values(std::pair<int64_t, int64_t>{200, 12},
                                         std::pair<int64_t, int64_t>{12, 200},
                                         std::pair<int64_t, int64_t>{13, 12},
                                         std::pair<int64_t, int64_t>{12, 12}));

TEST(Pca, BothSidesGiveTheSameDirections) {
  // The same 40 rows twice as 40 x 60 (Gram matrix), and padded by repetition to 80 x 60
  // (covariance).
  const Matrix few = normal_matrix(40, 60, "sides");
  Matrix many(80, 60);
  for (int64_t i = 0; i < 80; ++i) std::ranges::copy(few.row(i % 40), many.row(i).begin());
  const Pca a = fit_pca(few, {.output_dim = 10, .power = 0}).value();
  const Pca b = fit_pca(many, {.output_dim = 10, .power = 0}).value();
  for (int64_t m = 0; m < 10; ++m) {
    EXPECT_NEAR(a.eigenvalues[static_cast<size_t>(m)] * 39 * 2,
                b.eigenvalues[static_cast<size_t>(m)] * 79,
                1e-9);
    for (int64_t d = 0; d < 60; ++d) EXPECT_NEAR(a.projection(m, d), b.projection(m, d), 1e-6);
  }
}

TEST(Pca, LargestEntryOfEveryRowIsPositive) {
  const Pca pca = fit_pca(normal_matrix(100, 20, "sign"), {.output_dim = 20}).value();
  for (int64_t m = 0; m < 20; ++m) {
    const auto row = pca.projection.row(m);
    EXPECT_GT(*std::ranges::max_element(row, {}, [](float x) { return std::abs(x); }), 0);
  }
}

TEST(Pca, KeepsNoMoreThanTheSamplesCarry) {
  EXPECT_EQ(fit_pca(normal_matrix(10, 30, "few"), {.output_dim = 512}).value().projection.rows(),
            9);
  EXPECT_EQ(fit_pca(normal_matrix(100, 30, "many"), {.output_dim = 512}).value().projection.rows(),
            30);
}

TEST(Pca, BadInputIsInvalid) {
  Matrix samples = normal_matrix(10, 4, "bad");
  EXPECT_EQ(fit_pca(samples.view().rows_from(0, 1), {}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(fit_pca(Matrix(5, 4), {}).status().code(), Code::kInvalidArgument) << "equal rows";
  samples(3, 1) = std::numeric_limits<float>::quiet_NaN();
  const Status status = fit_pca(samples, {}).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("row 3"), std::string::npos);
}

/// Numbers of other systems' code: see the case's own description. Tolerances are those of
/// case.json.
class PcaGolden : public testing::TestWithParam<std::pair<const char*, int>> {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("LOCI_SHARED_DIR");
    folder_ =
        std::string(shared == nullptr ? "" : shared) + "/golden/pca/" + GetParam().first + "/";
    if (shared == nullptr || !std::filesystem::exists(folder_))
      GTEST_SKIP() << "no golden numbers here";
  }
  MatrixOf<double> read(const std::string& name) const {
    const NpyArray array = read_npy(folder_ + name + ".npy").value();
    MatrixOf<double> m(array.shape[0], array.shape.size() > 1 ? array.shape[1] : 1);
    std::ranges::copy(array.values, m.data());
    return m;
  }
  Matrix read_floats(const std::string& name) const {
    const MatrixOf<double> wide = read(name);
    Matrix m(wide.rows(), wide.cols());
    std::ranges::transform(std::span(wide.data(), wide.size()), m.data(), [](double x) {
      return static_cast<float>(x);
    });
    return m;
  }
  std::string folder_;
};

TEST_P(PcaGolden, AgreesWithFloat64ReferenceAndPeers) {
  const int dims = GetParam().second;
  const Pca pca = fit_pca(read_floats("train"), {.output_dim = dims}).value();
  ASSERT_EQ(pca.projection.rows(), dims);
  const MatrixOf<double> lams = read("ref_lams"), peer = read("relja_lams");
  for (int64_t m = 0; m < dims; ++m) {
    EXPECT_NEAR(pca.eigenvalues[static_cast<size_t>(m)] / lams(m, 0), 1, 1e-8);
    EXPECT_NEAR(pca.eigenvalues[static_cast<size_t>(m)] / peer(m, 0), 1, 1e-4);
  }
  const MatrixOf<double> y = project(pca, read_floats("test"), true);
  const MatrixOf<double> absolute = read("ref_abs_proj_l2"), gram = read("ref_proj_l2_gram");
  const MatrixOf<double> relja = read("relja_proj_l2"), weight = read("relja_weight");
  for (int64_t i = 0; i < y.rows(); ++i) {
    for (int64_t m = 0; m < dims; ++m) {
      EXPECT_NEAR(std::abs(y(i, m)), absolute(i, m), 1e-6);
      EXPECT_NEAR(std::abs(y(i, m)), std::abs(relja(i, m)), 1e-3);
    }
    for (int64_t j = 0; j < y.rows(); ++j) {
      double dot = 0;
      for (int64_t m = 0; m < dims; ++m) dot += y(i, m) * y(j, m);
      EXPECT_NEAR(dot, gram(i, j), 2e-4);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(,
                         PcaGolden,
                         testing::Values(std::pair<const char*, int>{"n_lt_d", 24},
                                         std::pair<const char*, int>{"n_gt_d", 16}));

}  // namespace
}  // namespace loci
