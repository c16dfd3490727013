// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#define LOCI_VECTOR_BYTES 16
#define LOCI_GEMM_ROWS 4
#include "gemm_kernels.inc.h"
#include "vector_kernels.inc.h"

#include "loci/math/half.h"

#ifdef __aarch64__
#include <arm_neon.h>
#endif

namespace loci::internal {
namespace {

void to_halfs(const float* in, uint16_t* out, size_t n) {
  size_t i = 0;
#ifdef __aarch64__
  for (; i + 4 <= n; i += 4) {
    vst1_u16(out + i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(in + i))));
  }
#endif
  for (; i < n; ++i) out[i] = float_to_half(in[i]);
}
void from_halfs(const uint16_t* in, float* out, size_t n) {
  size_t i = 0;
#ifdef __aarch64__
  for (; i + 4 <= n; i += 4) {
    vst1q_f32(out + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(in + i))));
  }
#endif
  for (; i < n; ++i) out[i] = half_to_float(in[i]);
}

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
