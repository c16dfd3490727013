// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The few steps that need particular instructions, for AVX2.
#pragma once

#define LOCI_VECTOR_BYTES 32
#include "scan_vectors.inc.h"

#include <immintrin.h>

namespace loci::internal {
namespace {

/// Pairs of products go through 16 bits: 2 * 127 * 127 still fits.
inline VecI32 dot_step(VecI32 sums, const uint8_t* query, const int8_t* row) {
  const __m256i q = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query));
  const __m256i r = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row));
  const __m256i fours = _mm256_madd_epi16(_mm256_maddubs_epi16(q, r), _mm256_set1_epi16(1));
  return sums + reinterpret_cast<VecI32>(fours);
}

inline VecU64 byte_popcounts(VecU64 x) {
  const __m256i ones = _mm256_setr_epi8(0,
                                        1,
                                        1,
                                        2,
                                        1,
                                        2,
                                        2,
                                        3,
                                        1,
                                        2,
                                        2,
                                        3,
                                        2,
                                        3,
                                        3,
                                        4,  //
                                        0,
                                        1,
                                        1,
                                        2,
                                        1,
                                        2,
                                        2,
                                        3,
                                        1,
                                        2,
                                        2,
                                        3,
                                        2,
                                        3,
                                        3,
                                        4);
  const __m256i nibble = _mm256_set1_epi8(15);
  const auto v = reinterpret_cast<__m256i>(x);
  const __m256i low = _mm256_shuffle_epi8(ones, _mm256_and_si256(v, nibble));
  const __m256i high = _mm256_shuffle_epi8(ones, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
  return reinterpret_cast<VecU64>(_mm256_add_epi8(low, high));
}

inline VecU64 sum_bytes(VecU64 x) {
  return reinterpret_cast<VecU64>(
      _mm256_sad_epu8(reinterpret_cast<__m256i>(x), _mm256_setzero_si256()));
}

inline VecF32 load_halfs(const uint16_t* from) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

}  // namespace
}  // namespace loci::internal
