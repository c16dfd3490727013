// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels.h"

#include "loci/base/matrix.h"

namespace loci::internal {

/// out (+)= a * b^T, or a * b when `b_across` (b is then d x n). T is float or double.
template <class T>
void gemm(MatrixView<const T> a,
          MatrixView<const T> b,
          bool b_across,
          MatrixView<T> out,
          int num_threads,
          bool accumulate,
          const GemmKernel<T>& kernel);

}  // namespace loci::internal
