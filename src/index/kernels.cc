// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

#include "loci/base/check.h"

namespace loci::internal {

const ScanKernels& scan_kernels(SimdLevel level) {
  LOCI_REQUIRE(level <= simd_level(), "this processor has no such instructions");
  static const ScanKernels plain = plain_scan_kernels();
#if defined(__x86_64__)
  if (level == SimdLevel::kAvx512Vnni) {
    static const ScanKernels vnni = avx512_vnni_scan_kernels();
    return vnni;
  }
  if (level == SimdLevel::kAvx512) {
    static const ScanKernels avx512 = avx512_scan_kernels();
    return avx512;
  }
  if (level == SimdLevel::kAvx2) {
    static const ScanKernels avx2 = avx2_scan_kernels();
    return avx2;
  }
#endif
  return plain;
}

const ScanKernels& scan_kernels() {
  static const ScanKernels& best = scan_kernels(simd_level());
  return best;
}

}  // namespace loci::internal
