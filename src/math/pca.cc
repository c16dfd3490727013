// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/pca.h"

#include "eigen_solver.h"
#include "finite.h"
#include "gemm_driver.h"
#include "kernels.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

using Doubles = MatrixOf<double>;

std::vector<double> column_means(ConstMatrixView samples, int num_threads) {
  std::vector<double> mean(static_cast<size_t>(samples.cols()));
  parallel_for(samples.cols(), 256, num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < samples.rows(); ++i) {
      internal::math_kernels().add_to_doubles(
          samples.row_data(i) + begin, mean.data() + begin, static_cast<size_t>(end - begin));
    }
    for (int64_t d = begin; d < end; ++d)
      mean[static_cast<size_t>(d)] /= static_cast<double>(samples.rows());
  });
  return mean;
}

/// S = sum over the longer side of products of centred values, / (n - 1): D x D when n > D
/// ("primal"), else n x n. Float64, by pieces of the longer side so that no float64 copy of the
/// samples exists.
Doubles scatter(ConstMatrixView samples,
                const std::vector<double>& mean,
                bool primal,
                const PcaOptions& options,
                const JobControl& job) {
  const int64_t side = primal ? samples.cols() : samples.rows();
  const int64_t length = primal ? samples.rows() : samples.cols();
  const int64_t piece = std::min<int64_t>(length, 512);
  Doubles sums(side, side), part(side, piece);
  for (int64_t from = 0; from < length && !job.cancelled(); from += piece) {
    const int64_t count = std::min(piece, length - from);
    const MatrixView<double> now(part.data(), side, count, piece);
    parallel_for(side, 64, options.num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t s = begin; s < end; ++s) {
        for (int64_t l = 0; l < count; ++l) {
          const int64_t i = primal ? from + l : s, d = primal ? s : from + l;
          now(s, l) = static_cast<double>(samples(i, d)) - mean[static_cast<size_t>(d)];
        }
      }
    });
    // Only blocks on and below the diagonal: the matrix is symmetric.
    constexpr int64_t kBlock = 1024;
    for (int64_t row = 0; row < side; row += kBlock) {
      const int64_t rows = std::min(kBlock, side - row), cols = row + rows;
      internal::gemm<double>(now.rows_from(row, rows),
                             now.rows_from(0, cols),
                             false,
                             MatrixView<double>(&sums(row, 0), rows, cols, side),
                             options.num_threads,
                             true,
                             internal::math_kernels().gemm_f64);
    }
    job.progress("covariance", from + count, length);
  }
  const double scale = 1 / static_cast<double>(samples.rows() - 1);
  for (int64_t i = 0; i < side; ++i) {
    for (int64_t j = 0; j <= i; ++j) sums(j, i) = sums(i, j) *= scale;
  }
  return sums;
}

/// Rows of U^T from eigenvectors of the n x n matrix: u = sum_i v_i (x_i - mean) / |...|.
Doubles back_to_features(ConstMatrixView samples,
                         const std::vector<double>& mean,
                         const Doubles& vectors,
                         int num_threads) {
  const int64_t count = vectors.rows(), dim = samples.cols(), n = samples.rows();
  Doubles out(count, dim);
  constexpr int64_t kPiece = 512;
  Doubles part(n, std::min(kPiece, dim));
  for (int64_t from = 0; from < dim; from += kPiece) {
    const int64_t width = std::min(kPiece, dim - from);
    const MatrixView<double> now(part.data(), n, width, part.cols());
    parallel_for(n, 64, num_threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        for (int64_t d = 0; d < width; ++d) {
          now(i, d) =
              static_cast<double>(samples(i, from + d)) - mean[static_cast<size_t>(from + d)];
        }
      }
    });
    internal::gemm<double>(vectors.view(),
                           now,
                           true,
                           MatrixView<double>(&out(0, from), count, width, dim),
                           num_threads,
                           false,
                           internal::math_kernels().gemm_f64);
  }
  return out;
}

/// Unit length, and a sign that does not depend on the solver: the entry of largest magnitude is
/// positive.
void normalize_row(std::span<double> row) {
  double sum = 0, peak = 0;
  for (const double x : row) {
    sum += x * x;
    if (std::abs(x) > std::abs(peak)) peak = x;
  }
  const double scale = (peak < 0 ? -1 : 1) / std::sqrt(sum);
  for (double& x : row) x *= scale;
}

Pca make_pca(const std::vector<double>& mean,
             const std::vector<double>& eigenvalues,
             Doubles& directions,
             const PcaOptions& options) {
  const int64_t count = directions.rows(), dim = directions.cols();
  Pca pca;
  pca.projection = Matrix(count, dim);
  pca.bias.resize(static_cast<size_t>(count));
  pca.mean.assign(mean.begin(), mean.end());
  pca.eigenvalues = eigenvalues;
  for (int64_t m = 0; m < count; ++m) {
    normalize_row(directions.row(m));
    const double lambda = eigenvalues[static_cast<size_t>(m)];
    const double scale = std::pow(lambda + options.epsilon, -options.power / 2);
    double bias = 0;
    for (int64_t d = 0; d < dim; ++d) {
      const double w = directions(m, d) * scale;
      pca.projection(m, d) = static_cast<float>(w);
      bias -= w * mean[static_cast<size_t>(d)];
    }
    pca.bias[static_cast<size_t>(m)] = static_cast<float>(bias);
  }
  return pca;
}

Status check(ConstMatrixView samples, const PcaOptions& options) {
  if (samples.rows() < 2 || samples.cols() < 1 || options.output_dim < 1 ||
      !(options.epsilon >= 0) || !(options.power >= 0 && options.power <= 1)) {
    return invalid_argument(
        format("PCA of %lld rows of %lld values to %d dimensions: it needs two rows or more, one "
               "dimension "
               "or more, an epsilon that is not negative and a power from 0 to 1",
               static_cast<long long>(samples.rows()),
               static_cast<long long>(samples.cols()),
               options.output_dim));
  }
  const int64_t bad = internal::first_row_not_finite(samples, options.num_threads);
  if (bad >= 0) {
    return invalid_argument(
        format("PCA: row %lld holds a value that is not finite; leave such rows out",
               static_cast<long long>(bad)));
  }
  return {};
}

}  // namespace

Result<Pca> fit_pca(ConstMatrixView samples, const PcaOptions& options, const JobControl& job) {
  LOCI_RETURN_IF_ERROR(check(samples, options));
  const bool primal = samples.rows() > samples.cols();
  const int64_t most = std::min<int64_t>({options.output_dim, samples.rows() - 1, samples.cols()});
  const std::vector<double> mean = column_means(samples, options.num_threads);
  Doubles matrix = scatter(samples, mean, primal, options, job);
  if (job.cancelled()) return cancelled("PCA was stopped");
  LOCI_TRY(eigen, internal::largest_eigenvectors(std::move(matrix), most));

  // Directions without variance are noise of rounding: whitening would blow them up.
  int64_t kept = 0;
  const double floor = eigen.values.front() * 1e-12;
  while (kept < most && eigen.values[static_cast<size_t>(kept)] > floor) ++kept;
  if (kept == 0)
    return invalid_argument(
        "PCA: all rows are equal, so no direction carries variance; give different rows");
  eigen.values.resize(static_cast<size_t>(kept));
  Doubles vectors(kept, eigen.vectors.cols());
  std::copy_n(eigen.vectors.data(), vectors.size(), vectors.data());
  if (!primal) vectors = back_to_features(samples, mean, vectors, options.num_threads);
  return make_pca(mean, eigen.values, vectors, options);
}

}  // namespace loci
