// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#define LOCI_VECTOR_BYTES 16
#define LOCI_GEMM_ROWS 4
#include "gemm_kernels.inc.h"
#include "vector_kernels.inc.h"

#include "loci/math/half.h"

namespace loci::internal {
namespace {

void floats_to_halfs_plain(const float* in, uint16_t* out, size_t n) {
  for (size_t i = 0; i < n; ++i) out[i] = float_to_half(in[i]);
}
void halfs_to_floats_plain(const uint16_t* in, float* out, size_t n) {
  for (size_t i = 0; i < n; ++i) out[i] = half_to_float(in[i]);
}

}  // namespace

MathKernels plain_math_kernels() {
  return {dot_floats,
          dot_doubles,
          squared_distance_floats,
          max_of_differences,
          add_floats_to_doubles,
          floats_to_halfs_plain,
          halfs_to_floats_plain,
          gemm_kernel<float>(),
          gemm_kernel<double>()};
}

}  // namespace loci::internal
