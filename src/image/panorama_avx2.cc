// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Two neighbours in a row are eight bytes next to each other, so a pixel takes two loads. Rows are
// blended by products of unsigned weights and signed pixels (p - 128), whose sum fits 16 bits;
// columns by products of 16 bits.
#include "panorama_kernels.h"

#include <cstddef>
#include <immintrin.h>

namespace loci::internal {
namespace {

inline __m128i eight_bytes(const uint8_t* from) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
}

/// Four pixels: p0 and p1 in the low lane, p2 and p3 in the high one.
inline __m256i four(const uint8_t* base, const int32_t* at) {
  const auto pair = [&](int i) {
    return _mm_unpacklo_epi64(eight_bytes(base + static_cast<ptrdiff_t>(at[i]) * 4),
                              eight_bytes(base + static_cast<ptrdiff_t>(at[i + 1]) * 4));
  };
  return _mm256_set_m128i(pair(2), pair(0));
}

inline __m256i lanes16(uint16_t low, uint16_t high) {
  return _mm256_set_m128i(_mm_set1_epi16(static_cast<short>(high)),
                          _mm_set1_epi16(static_cast<short>(low)));
}
inline __m256i lanes32(uint32_t low, uint32_t high) {
  return _mm256_set_m128i(_mm_set1_epi32(static_cast<int>(high)),
                          _mm_set1_epi32(static_cast<int>(low)));
}

}  // namespace

void remap_row_avx2(
    const RemapSource& source, const int32_t* x, const int32_t* y, int shift, int n, uint8_t* out) {
  const __m256i sign = _mm256_set1_epi8(static_cast<char>(0x80));
  const __m256i period = _mm256_set1_epi32(source.period), shifts = _mm256_set1_epi32(shift);
  const __m256i stride = _mm256_set1_epi32(source.stride);
  const __m256i mask = _mm256_set1_epi32(kRemapOne - 1), one = _mm256_set1_epi32(kRemapOne);
  const __m256i half = _mm256_set1_epi32((128 << 14) + (1 << 13));
  const __m256i neighbours = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
  const __m256i rgb = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 2, 4, 5, 6, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
  const uint8_t* top_row = source.pixels;
  const uint8_t* bottom_row = source.pixels + static_cast<ptrdiff_t>(source.stride) * 4;
  alignas(32) int32_t at[8];
  alignas(32) uint32_t rows[8], columns[8];
  int i = 0;
  // The stores write two bytes too many, so the last pixels are left to the plain form.
  for (; i + 9 <= n; i += 8) {
    __m256i px =
        _mm256_add_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i)), shifts);
    px = _mm256_sub_epi32(px, _mm256_andnot_si256(_mm256_cmpgt_epi32(period, px), period));
    const __m256i py = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(y + i));
    const __m256i fx = _mm256_and_si256(px, mask), fy = _mm256_and_si256(py, mask);
    _mm256_store_si256(
        reinterpret_cast<__m256i*>(at),
        _mm256_add_epi32(_mm256_mullo_epi32(_mm256_srai_epi32(py, kRemapBits), stride),
                         _mm256_srai_epi32(px, kRemapBits)));
    _mm256_store_si256(reinterpret_cast<__m256i*>(rows),
                       _mm256_or_si256(_mm256_sub_epi32(one, fy), _mm256_slli_epi32(fy, 8)));
    _mm256_store_si256(reinterpret_cast<__m256i*>(columns),
                       _mm256_or_si256(_mm256_sub_epi32(one, fx), _mm256_slli_epi32(fx, 16)));
    for (int k = 0; k < 8; k += 4, out += 12) {
      const __m256i top = _mm256_xor_si256(four(top_row, at + k), sign);
      const __m256i bottom = _mm256_xor_si256(four(bottom_row, at + k), sign);
      const auto blend = [&](__m256i pixels, int low, int high) {
        const __m256i down = _mm256_maddubs_epi16(
            lanes16(static_cast<uint16_t>(rows[low]), static_cast<uint16_t>(rows[high])), pixels);
        const __m256i across = _mm256_madd_epi16(_mm256_shuffle_epi8(down, neighbours),
                                                 lanes32(columns[low], columns[high]));
        return _mm256_srai_epi32(_mm256_add_epi32(across, half), 14);
      };
      const __m256i even = blend(_mm256_unpacklo_epi8(top, bottom), k, k + 2);
      const __m256i odd = blend(_mm256_unpackhi_epi8(top, bottom), k + 1, k + 3);
      const __m256i words = _mm256_packs_epi32(even, odd);
      const __m256i bytes = _mm256_shuffle_epi8(_mm256_packus_epi16(words, words), rgb);
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(bytes));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out + 6), _mm256_extracti128_si256(bytes, 1));
    }
  }
  remap_row_plain(source, x + i, y + i, shift, n - i, out);
}

}  // namespace loci::internal
