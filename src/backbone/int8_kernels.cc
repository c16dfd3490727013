// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "int8_kernels.h"

#include "loci/base/check.h"

namespace loci::internal {

const Int8Kernels& int8_kernels(SimdLevel level) {
#if defined(__x86_64__)
  if (level >= SimdLevel::kAvx512Vnni) return int8_kernels_vnni_avx512();
  if (level == SimdLevel::kAvx512) return int8_kernels_avx512();
  if (level == SimdLevel::kAvx2) return int8_kernels_avx2();
#endif
  LOCI_REQUIRE(level == SimdLevel::kPlain, "this processor has no such instructions");
  return int8_kernels_plain();
}

}  // namespace loci::internal
