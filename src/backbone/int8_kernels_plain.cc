// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "int8_kernels.h"

#define LOCI_VECTOR 8
#define LOCI_ROWS 4
#define LOCI_LARGEST 255

namespace loci::internal {
namespace {
#include "winograd_vector.inc.h"
//
#include "vector_exp.inc.h"

LOCI_INLINE Ints dot(Ints sums, Ints x, Ints w) {
  for (long lane = 0; lane < kV; ++lane) {
    unsigned char a[4];
    signed char b[4];
    const int four_a = x[lane], four_b = w[lane];
    __builtin_memcpy(a, &four_a, 4);
    __builtin_memcpy(b, &four_b, 4);
    for (long i = 0; i < 4; ++i) sums[lane] += a[i] * b[i];
  }
  return sums;
}

#include "int8_kernel.inc.h"
}  // namespace

const Int8Kernels& int8_kernels_plain() { return kInt8Kernels; }

}  // namespace loci::internal
