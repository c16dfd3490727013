// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

namespace loci {

/// out = a * b^T (+ out when `accumulate`), a: m x d, b: n x d, out: m x n, float32 with float32 sums.
/// Kernels of our own for AVX2 and AVX-512, chosen at run time, because system BLAS builds pick slow ones on processors
/// newer than themselves.
/// Threads: splits rows and columns of out; each element is summed in the same order for any number
///          of threads
void gemm_nt(ConstMatrixView a,
             ConstMatrixView b,
             MatrixView<float> out,
             int num_threads = 0,
             bool accumulate = false);

/// out = a * b (+ out), a: m x d, b: d x n.
void gemm_nn(ConstMatrixView a,
             ConstMatrixView b,
             MatrixView<float> out,
             int num_threads = 0,
             bool accumulate = false);

}  // namespace loci
