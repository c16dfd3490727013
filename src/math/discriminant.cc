// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/discriminant.h"

#include "eigen_solver.h"
#include "gemm_driver.h"
#include "kernels.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

using Doubles = MatrixOf<double>;

/// sums += columns * columns^T on and below the diagonal.
void add_products(MatrixView<const double> columns, Doubles& sums, int num_threads) {
  constexpr int64_t kBlock = 256;
  for (int64_t row = 0; row < columns.rows(); row += kBlock) {
    const int64_t rows = std::min(kBlock, columns.rows() - row);
    internal::gemm<double>(columns.rows_from(row, rows),
                           columns.rows_from(0, row + rows),
                           false,
                           MatrixView<double>(&sums(row, 0), rows, row + rows, sums.cols()),
                           num_threads,
                           true,
                           internal::math_kernels().gemm_f64);
  }
}

void mirror_lower(Doubles& matrix) {
  for (int64_t i = 0; i < matrix.rows(); ++i) {
    for (int64_t j = 0; j < i; ++j) matrix(j, i) = matrix(i, j);
  }
}

double trace(const Doubles& matrix) {
  double sum = 0;
  for (int64_t i = 0; i < matrix.rows(); ++i) sum += matrix(i, i);
  return sum;
}

/// V diag(l^power) V^T of a symmetric matrix V diag(l) V^T; negative l, which are rounding, as 0.
Result<Doubles> matrix_power(Doubles matrix, double power) {
  const int64_t dim = matrix.rows();
  Doubles identity(dim, dim);
  for (int64_t i = 0; i < dim; ++i) identity(i, i) = 1;
  if (power == 0) return identity;
  LOCI_TRY(eigen,
           internal::largest_eigenvectors(
               std::move(matrix), std::move(identity), static_cast<int>(dim)));
  Doubles out(dim, dim);
  for (int64_t k = 0; k < dim; ++k) {
    const double value = std::pow(std::max(0.0, eigen.values[static_cast<size_t>(k)]), power);
    const std::span<const double> row = std::as_const(eigen.vectors).row(k);
    for (int64_t i = 0; i < dim; ++i) {
      for (int64_t j = 0; j < dim; ++j)
        out(i, j) += value * row[static_cast<size_t>(i)] * row[static_cast<size_t>(j)];
    }
  }
  return out;
}

Status check(const PairScatter& pairs, const DiscriminantOptions& options, double spread) {
  if (options.output_dim < 1 || options.output_dim > pairs.dim()) {
    return invalid_argument(format("a projection of %lld dimensions to %d: expected 1 to %lld",
                                   static_cast<long long>(pairs.dim()),
                                   options.output_dim,
                                   static_cast<long long>(pairs.dim())));
  }
  if (!(options.power >= 0 && options.power <= 1))
    return invalid_argument(format("power is %g: expected 0 to 1", options.power));
  if (!(options.shrink >= 0) || !std::isfinite(options.shrink))
    return invalid_argument(format("shrink is %g: expected 0 or more", options.shrink));
  if (pairs.pairs() == 0) return invalid_argument("there are no pairs to learn a projection from");
  if (!std::isfinite(spread))
    return invalid_argument("a pair of features has a value that is not finite");
  if (spread <= 0) {
    return invalid_argument(
        "the two features of every pair are equal, so nothing says what to suppress");
  }
  return {};
}

}  // namespace

PairScatter::PairScatter(int64_t dim)
    : differences_(dim, dim), sums_(dim, dim), sum_(static_cast<size_t>(dim)) {
  LOCI_REQUIRE(dim >= 1, "vectors have a dimension");
}

void PairScatter::add(ConstMatrixView a, ConstMatrixView b, int num_threads) {
  LOCI_REQUIRE(a.cols() == dim() && b.cols() == dim() && a.rows() == b.rows(),
               "pairs of the width that the sums have");
  constexpr int64_t kPiece = 512;
  const int64_t piece = std::min(kPiece, a.rows());
  Doubles difference(dim(), piece), sum(dim(), piece);
  for (int64_t from = 0; from < a.rows(); from += piece) {
    const int64_t count = std::min(piece, a.rows() - from);
    parallel_for(dim(), 64, num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = 0; i < count; ++i) {
        for (int64_t d = begin; d < end; ++d) {
          const double x = a(from + i, d), y = b(from + i, d);
          difference(d, i) = x - y;
          sum(d, i) = x + y;
          sum_[static_cast<size_t>(d)] += x + y;
        }
      }
    });
    add_products({difference.data(), dim(), count, piece}, differences_, num_threads);
    add_products({sum.data(), dim(), count, piece}, sums_, num_threads);
  }
  pairs_ += a.rows();
}

std::vector<double> PairScatter::mean() const {
  std::vector<double> mean = sum_;
  for (double& value : mean) value /= 2 * static_cast<double>(pairs_);
  return mean;
}

MatrixOf<double> PairScatter::within() const {
  Doubles out(dim(), dim());
  const double scale = 0.5 / static_cast<double>(pairs_);
  for (int64_t i = 0; i < dim(); ++i) {
    for (int64_t j = 0; j <= i; ++j) out(i, j) = differences_(i, j) * scale;
  }
  mirror_lower(out);
  return out;
}

MatrixOf<double> PairScatter::total() const {
  // a a^T + b b^T is half of (a + b)(a + b)^T + (a - b)(a - b)^T.
  Doubles out(dim(), dim());
  const std::vector<double> m = mean();
  const double scale = 0.25 / static_cast<double>(pairs_);
  for (int64_t i = 0; i < dim(); ++i) {
    for (int64_t j = 0; j <= i; ++j) {
      out(i, j) = (sums_(i, j) + differences_(i, j)) * scale -
                  m[static_cast<size_t>(i)] * m[static_cast<size_t>(j)];
    }
  }
  mirror_lower(out);
  return out;
}

Result<Discriminant> fit_discriminant(const PairScatter& pairs,
                                      const DiscriminantOptions& options) {
  Doubles within = pairs.within();
  const double spread = trace(within);
  LOCI_RETURN_IF_ERROR(check(pairs, options, spread));
  const double ridge = options.shrink * spread / static_cast<double>(pairs.dim());
  for (int64_t i = 0; i < pairs.dim(); ++i) within(i, i) += ridge;
  if (options.power != 1) {
    LOCI_TRY(powered, matrix_power(std::move(within), options.power));
    within = std::move(powered);
  }
  Result<internal::Eigen> solved =
      internal::largest_eigenvectors(pairs.total(), std::move(within), options.output_dim);
  if (solved.status().code() == Code::kInvalidArgument) {
    return invalid_argument(
        format("%lld pairs do not differ in every direction; give more pairs or a shrink above 0",
               static_cast<long long>(pairs.pairs())));
  }
  LOCI_TRY(eigen, std::move(solved));

  const std::vector<double> mean = pairs.mean();
  Discriminant out;
  out.eigenvalues = eigen.values;
  out.projection = Matrix(options.output_dim, pairs.dim());
  for (int64_t k = 0; k < options.output_dim; ++k) {
    const std::span<const double> row = std::as_const(eigen.vectors).row(k);
    const double peak = *std::ranges::max_element(
        row, [](double x, double y) { return std::abs(x) < std::abs(y); });
    const double sign = peak < 0 ? -1 : 1;
    double bias = 0;
    for (int64_t d = 0; d < pairs.dim(); ++d) {
      const double value = sign * row[static_cast<size_t>(d)];
      out.projection(k, d) = static_cast<float>(value);
      bias -= value * mean[static_cast<size_t>(d)];
    }
    out.bias.push_back(static_cast<float>(bias));
  }
  return out;
}

}  // namespace loci
