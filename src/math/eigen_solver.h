// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/status.h"

#include <cstdint>
#include <vector>

namespace loci::internal {

struct Eigen {
  std::vector<double> values;  ///< falling
  MatrixOf<double> vectors;    ///< one a row
};

/// The `count` largest eigenvalues of a symmetric matrix and unit eigenvectors (LAPACK dsyevr).
Result<Eigen> largest_eigenvectors(MatrixOf<double> symmetric, int64_t count);

/// The `count` largest values of a x = value * b x for symmetric a and b, and vectors with
/// x^T b x = 1 (LAPACK dsygvd).
/// Errors: InvalidArgument for a b that is not positive definite
Result<Eigen> largest_eigenvectors(MatrixOf<double> a, MatrixOf<double> b, int64_t count);

}  // namespace loci::internal
