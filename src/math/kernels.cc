// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

#include "loci/base/check.h"

namespace loci::internal {

const MathKernels& math_kernels(SimdLevel level) {
  LOCI_REQUIRE(level <= simd_level(), "this processor has no such instructions");
  static const MathKernels plain = plain_math_kernels();
#if defined(__x86_64__)
  if (level >= SimdLevel::kAvx512) {
    static const MathKernels avx512 = avx512_math_kernels();
    return avx512;
  }
  if (level == SimdLevel::kAvx2) {
    static const MathKernels avx2 = avx2_math_kernels();
    return avx2;
  }
#endif
  return plain;
}

const MathKernels& math_kernels() {
  static const MathKernels& best = math_kernels(simd_level());
  return best;
}

}  // namespace loci::internal
