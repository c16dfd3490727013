// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Float vectors of LOCI_VECTOR_BYTES bytes for kernels that are compiled once per instruction set.
// Everything has internal linkage, so that the linker never merges code for different processors.
#pragma once

#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__clang__)
#define LOCI_UNROLL _Pragma("unroll")
#else
#define LOCI_UNROLL _Pragma("GCC unroll 16")
#endif
#define LOCI_INLINE inline __attribute__((always_inline))

namespace loci::internal {
namespace {

constexpr int kLanes = LOCI_VECTOR_BYTES / 4;
typedef float VecF __attribute__((vector_size(LOCI_VECTOR_BYTES)));
typedef int32_t VecI __attribute__((vector_size(LOCI_VECTOR_BYTES)));
typedef float Four __attribute__((vector_size(16)));
typedef int8_t Bytes __attribute__((vector_size(LOCI_VECTOR_BYTES / 4)));

LOCI_INLINE VecF load(const float* from) {
  VecF v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
LOCI_INLINE void store(float* to, VecF v) { __builtin_memcpy(to, &v, sizeof v); }
LOCI_INLINE VecF broadcast(float x) { return x - VecF{}; }
LOCI_INLINE VecF larger(VecF a, VecF b) { return a > b ? a : b; }

/// Lanes halved by `join` down to four, in registers, then to one.
template <class Join>
LOCI_INLINE float fold_lanes(VecF v, Join join) {
  Four parts[kLanes / 4];
  __builtin_memcpy(parts, &v, sizeof v);
  LOCI_UNROLL
  for (int width = kLanes / 8; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) parts[i] = join(parts[i], parts[i + width]);
  }
  const Four four = parts[0];
  const Four two = join(four, Four{four[2], four[3], 0, 0});
  return join(two, Four{two[1], 0, 0, 0})[0];
}

LOCI_INLINE float sum_of_lanes(VecF v) {
  return fold_lanes(v, [](Four a, Four b) { return a + b; });
}

LOCI_INLINE float largest_lane(VecF v) {
  return fold_lanes(v, [](Four a, Four b) { return a > b ? a : b; });
}

/// e^x for x <= 0, 0 below -87. Cephes' argument reduction and polynomial: relative error 1e-7.
LOCI_INLINE VecF exp_nonpositive(VecF x) {
  const VecF lowest = broadcast(-87.0f);
  const VecI kept = x >= lowest;
  x = larger(x, lowest);
  const VecF rounder =
      broadcast(12582912.0f);  // 1.5 * 2^23: adding it leaves an integer in the low bits
  const VecF n = (x * 1.44269504f + rounder) - rounder;
  VecF r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  VecF p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.0f);
  const VecI power = (__builtin_convertvector(n, VecI) + 127) << 23;
  return (VecF)((VecI)(p * (VecF)power) & kept);
}

/// kLanes numbers as floats, from float32, binary16 bits or int8.
LOCI_INLINE VecF load_floats(const float* from) { return load(from); }

LOCI_INLINE VecF load_floats(const int8_t* from) {
#if LOCI_VECTOR_BYTES == 64 && defined(__AVX512F__)
  // maskz: GCC 12 calls the undefined operand of the unmasked forms uninitialized.
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return (VecF)_mm512_maskz_cvtepi32_ps(0xffff, _mm512_maskz_cvtepi8_epi32(0xffff, bytes));
#elif LOCI_VECTOR_BYTES == 32 && defined(__AVX2__)
  return (VecF)_mm256_cvtepi32_ps(
      _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#else
  Bytes bytes;
  __builtin_memcpy(&bytes, from, sizeof bytes);
  return __builtin_convertvector(bytes, VecF);
#endif
}

LOCI_INLINE VecF load_floats(const uint16_t* from) {
#if LOCI_VECTOR_BYTES == 64 && defined(__AVX512F__)
  return (VecF)_mm512_maskz_cvtph_ps(0xffff,
                                     _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
#elif LOCI_VECTOR_BYTES == 32 && defined(__F16C__)
  return (VecF)_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
#else
  // Sign, exponent and fraction moved into place; the product with 2^112 corrects the exponent's
  // bias and normalises subnormal numbers. Infinity and NaN are refused when a model is read.
  VecI bits = {};
  for (int i = 0; i < kLanes; ++i) bits[i] = from[i];
  const VecF magnitude = (VecF)((bits & 0x7fff) << 13) * 0x1p112f;
  return (VecF)((VecI)magnitude | ((bits & 0x8000) << 16));
#endif
}

}  // namespace
}  // namespace loci::internal
