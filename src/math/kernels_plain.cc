// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#define LOCI_VECTOR_BYTES 16
#define LOCI_GEMM_ROWS 4
#include "gemm_kernels.inc.h"
#include "vector_kernels.inc.h"

#include "loci/math/half.h"

#ifdef __aarch64__
#include "half_neon.inc.h"
#endif

namespace loci::internal {
namespace {

#ifdef __aarch64__
constexpr auto to_halfs = floats_to_halfs_neon;
constexpr auto from_halfs = halfs_to_floats_neon;
#else
void to_halfs(const float* in, uint16_t* out, size_t n) {
  for (size_t i = 0; i < n; ++i) out[i] = float_to_half(in[i]);
}
void from_halfs(const uint16_t* in, float* out, size_t n) {
  for (size_t i = 0; i < n; ++i) out[i] = half_to_float(in[i]);
}
#endif

}  // namespace

MathKernels plain_math_kernels() {
  return {dot_floats,
          dot_doubles,
          squared_distance_floats,
          max_of_differences,
          add_floats_to_doubles,
          to_halfs,
          from_halfs,
          gemm_kernel<float>(),
          gemm_kernel<double>()};
}

}  // namespace loci::internal
