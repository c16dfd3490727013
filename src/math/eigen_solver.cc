// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "eigen_solver.h"

#include "loci/base/text.h"

#include <algorithm>
#include <limits>

#include <lapacke.h>

namespace loci::internal {
namespace {

Status too_hard(const char* routine, int info, int64_t rows) {
  return Status(Code::kUnsupported,
                format("LAPACK %s failed with %d on a matrix of %lld rows: too little memory, or "
                       "values too large to square",
                       routine,
                       info,
                       static_cast<long long>(rows)));
}

}  // namespace

Result<Eigen> largest_eigenvectors(MatrixOf<double> symmetric, int64_t count) {
  const int64_t n = symmetric.rows();
  if (n > std::numeric_limits<lapack_int>::max() / 2)
    return unsupported("an eigenproblem of this size");
  const auto order = static_cast<lapack_int>(n);
  std::vector<double> values(static_cast<size_t>(n));
  MatrixOf<double> vectors(
      count, n);  // column-major n x count for LAPACK: each eigenvector is one of our rows
  std::vector<lapack_int> support(2 * static_cast<size_t>(count));
  lapack_int found = 0;
  const lapack_int info = LAPACKE_dsyevr(LAPACK_COL_MAJOR,
                                         'V',
                                         'I',
                                         'U',
                                         order,
                                         symmetric.data(),
                                         order,
                                         0,
                                         0,
                                         order - static_cast<lapack_int>(count) + 1,
                                         order,
                                         0,
                                         &found,
                                         values.data(),
                                         vectors.data(),
                                         order,
                                         support.data());
  if (info != 0 || found != count) return too_hard("dsyevr", static_cast<int>(info), n);
  Eigen eigen;
  eigen.values.resize(static_cast<size_t>(count));
  eigen.vectors = MatrixOf<double>(count, n);
  for (int64_t i = 0; i < count; ++i) {
    eigen.values[static_cast<size_t>(i)] = values[static_cast<size_t>(count - 1 - i)];
    std::ranges::copy(vectors.row(count - 1 - i), eigen.vectors.row(i).begin());
  }
  return eigen;
}

Result<Eigen> largest_eigenvectors(MatrixOf<double> a, MatrixOf<double> b, int64_t count) {
  const int64_t n = a.rows();
  if (n > std::numeric_limits<lapack_int>::max() / 2)
    return unsupported("an eigenproblem of this size");
  const auto order = static_cast<lapack_int>(n);
  std::vector<double> values(static_cast<size_t>(n));
  const lapack_int info = LAPACKE_dsygvd(
      LAPACK_COL_MAJOR, 1, 'V', 'U', order, a.data(), order, b.data(), order, values.data());
  if (info > order) {
    return invalid_argument(
        format("a matrix of %lld rows is not positive definite", static_cast<long long>(n)));
  }
  if (info != 0) return too_hard("dsygvd", static_cast<int>(info), n);
  Eigen eigen;
  eigen.vectors = MatrixOf<double>(count, n);
  for (int64_t i = 0; i < count; ++i) {  // LAPACK's columns are our rows, by rising value
    eigen.values.push_back(values[static_cast<size_t>(n - 1 - i)]);
    std::ranges::copy(a.row(n - 1 - i), eigen.vectors.row(i).begin());
  }
  return eigen;
}

}  // namespace loci::internal
