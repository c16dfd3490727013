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

}  // namespace loci::internal
