// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#define LOCI_VECTOR_BYTES 32
#define LOCI_GEMM_ROWS 6
#include "gemm_kernels.inc.h"
#include "half_kernels.inc.h"
#include "vector_kernels.inc.h"

namespace loci::internal {

MathKernels avx2_math_kernels() {
  return {dot_floats,
          dot_doubles,
          squared_distance_floats,
          max_of_differences,
          add_floats_to_doubles,
          floats_to_halfs_vector,
          halfs_to_floats_vector,
          gemm_kernel<float>(),
          gemm_kernel<double>()};
}

}  // namespace loci::internal
