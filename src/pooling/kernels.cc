// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

#include "loci/base/cpu.h"

namespace loci::internal {

const PoolingKernels& pooling_kernels() {
  static const PoolingKernels kernels = [] {
#if defined(__x86_64__)
    if (simd_level() >= SimdLevel::kAvx512) return avx512_pooling_kernels();
    if (simd_level() == SimdLevel::kAvx2) return avx2_pooling_kernels();
#endif
    return plain_pooling_kernels();
  }();
  return kernels;
}

}  // namespace loci::internal
