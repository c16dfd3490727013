// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The few steps that need particular instructions, for AVX-512 with and without VNNI.
#pragma once

#define LOCI_VECTOR_BYTES 64
#include "scan_vectors.inc.h"

#include <immintrin.h>

namespace loci::internal {
namespace {

#if defined(__AVX512VNNI__)
/// As assembly: gcc 12 keeps the sums of the intrinsic in memory and loses half the speed.
inline VecI32 dot_step(VecI32 sums, const uint8_t* query, const int8_t* row) {
  const __m512i q = _mm512_loadu_si512(query), r = _mm512_loadu_si512(row);
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(q), "v"(r));
  return sums;
}
#else
/// Pairs of products go through 16 bits: 2 * 127 * 127 still fits.
inline VecI32 dot_step(VecI32 sums, const uint8_t* query, const int8_t* row) {
  const __m512i q = _mm512_loadu_si512(query), r = _mm512_loadu_si512(row);
  const __m512i fours = _mm512_madd_epi16(_mm512_maddubs_epi16(q, r), _mm512_set1_epi16(1));
  return sums + reinterpret_cast<VecI32>(fours);
}
#endif

// The forms with a mask of ones are the plain instructions; gcc 12 warns of the others as not
// initialised.
inline VecU64 byte_popcounts(VecU64 x) {
  const __m512i ones = _mm512_maskz_broadcast_i32x4(
      0xffff, _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m512i nibble = _mm512_set1_epi8(15);
  const auto v = reinterpret_cast<__m512i>(x);
  const __m512i low = _mm512_shuffle_epi8(ones, _mm512_and_si512(v, nibble));
  const __m512i high = _mm512_shuffle_epi8(ones, _mm512_and_si512(_mm512_srli_epi16(v, 4), nibble));
  return reinterpret_cast<VecU64>(_mm512_add_epi8(low, high));
}

inline VecU64 sum_bytes(VecU64 x) {
  return reinterpret_cast<VecU64>(
      _mm512_sad_epu8(reinterpret_cast<__m512i>(x), _mm512_setzero_si512()));
}

inline VecF32 load_halfs(const uint16_t* from) {
  return _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}

}  // namespace
}  // namespace loci::internal
