// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "int8_kernels.h"

#define LOCI_VECTOR 16
#define LOCI_ROWS 12
#define LOCI_LARGEST 255

namespace loci::internal {
namespace {
#include "winograd_vector.inc.h"
//
#include "vector_exp.inc.h"

/// As assembly: gcc 12 keeps the sums of the intrinsic in memory and loses half the speed.
LOCI_INLINE Ints dot(Ints sums, Ints x, Ints w) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(x), "v"(w));
  return sums;
}

#include "int8_kernel.inc.h"
}  // namespace

const Int8Kernels& int8_kernels_vnni_avx512() { return kInt8Kernels; }

}  // namespace loci::internal
