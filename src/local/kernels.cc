// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

#include "loci/base/check.h"

namespace loci::internal {

const LocalKernels& local_kernels(SimdLevel level) {
  LOCI_REQUIRE(level <= simd_level(), "this processor has no such instructions");
  static const LocalKernels plain = plain_local_kernels();
#if defined(__x86_64__)
  if (level == SimdLevel::kAvx512Vnni) {
    static const LocalKernels vnni = avx512_vnni_local_kernels();
    return vnni;
  }
  if (level == SimdLevel::kAvx512) {
    static const LocalKernels avx512 = avx512_local_kernels();
    return avx512;
  }
  if (level == SimdLevel::kAvx2) {
    static const LocalKernels avx2 = avx2_local_kernels();
    return avx2;
  }
#endif
  return plain;
}

const LocalKernels& local_kernels() {
  static const LocalKernels& best = local_kernels(simd_level());
  return best;
}

}  // namespace loci::internal
