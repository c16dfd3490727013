// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "int8_kernels.h"

#include <immintrin.h>

#define LOCI_VECTOR 16
#define LOCI_ROWS 12
#define LOCI_LARGEST 127

namespace loci::internal {
namespace {
#include "winograd_vector.inc.h"
//
#include "vector_exp.inc.h"

/// Pairs of products go through 16 bits: 2 * 127 * 127 still fits.
LOCI_INLINE Ints dot(Ints sums, Ints x, Ints w) {
  const __m512i pairs =
      _mm512_maddubs_epi16(reinterpret_cast<__m512i>(x), reinterpret_cast<__m512i>(w));
  return sums + reinterpret_cast<Ints>(_mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

#include "int8_kernel.inc.h"
}  // namespace

const Int8Kernels& int8_kernels_avx512() { return kInt8Kernels; }

}  // namespace loci::internal
