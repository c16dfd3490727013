// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "winograd.h"

#include <immintrin.h>

#define LOCI_VECTOR 16
#define LOCI_ROWS 12
#define LOCI_NARROW  // elements narrower than float

namespace loci::internal {
namespace {
#include "winograd_vector.inc.h"

// bfloat16 maps, planes and weights; transforms and sums in float32.
typedef unsigned short Element;
constexpr long kDepth = 2;  // vdpbf16ps multiplies pairs of channels in

typedef Element Half __attribute__((vector_size(32), aligned(2), may_alias));
typedef unsigned Bits __attribute__((vector_size(64), aligned(2), may_alias));

LOCI_INLINE Bits widened(Half half) { return __builtin_convertvector(half, Bits); }
LOCI_INLINE Half rounded(Vec v) { return (Half)_mm512_cvtneps_pbh((__m512)v); }
LOCI_INLINE Vec load_map(const Element* p) {
  return (Vec)(widened(*reinterpret_cast<const Half*>(p)) << 16);
}
LOCI_INLINE void store_map(Element* p, Vec v) { *reinterpret_cast<Half*>(p) = rounded(v); }
/// Channels out of two neighbouring channels in, pair by pair.
LOCI_INLINE void store_weights(Element* p, const Vec* u) {
  *reinterpret_cast<Bits*>(p) = widened(rounded(u[0])) | widened(rounded(u[1])) << 16;
}

/// As in winograd_fp32.inc.h; the sums of a vector's lanes are those of single channels out.
template <int ROWS, int VECTORS>
void product(const Element* a, long a_row, const Element* b, long depth, float* c) {
  __m512 sum[ROWS][VECTORS];
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) sum[i][j] = _mm512_setzero_ps();
  }
  for (long k = 0; k < depth; k += 2) {
    __m512bh w[VECTORS];
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) w[j] = (__m512bh)_mm512_loadu_si512(b + j * kV * 2);
    b += kOut * 2;
#pragma GCC unroll 16
    for (int i = 0; i < ROWS; ++i) {
      int pair;
      __builtin_memcpy(&pair, a + i * a_row + k, 4);
      const __m512bh x = (__m512bh)_mm512_set1_epi32(pair);
#pragma GCC unroll 2
      for (int j = 0; j < VECTORS; ++j) sum[i][j] = _mm512_dpbf16_ps(sum[i][j], x, w[j]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < ROWS; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < VECTORS; ++j) _mm512_storeu_ps(c + i * kOut + j * kV, sum[i][j]);
  }
}

#include "winograd_kernel.inc.h"
}  // namespace

const WinogradKernels& winograd_kernels_bf16() { return kKernels; }

}  // namespace loci::internal
