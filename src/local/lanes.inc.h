// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Vectors of LOCI_VECTOR_BYTES bytes for kernels that are compiled once for each instruction set.
// Everything has internal linkage, so that the linker never merges code for different processors.
#pragma once

#include <cstddef>
#include <cstdint>

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

LOCI_INLINE VecF load(const float* from) {
  VecF v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
LOCI_INLINE VecI load(const int32_t* from) {
  VecI v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
LOCI_INLINE void store(float* to, VecF v) { __builtin_memcpy(to, &v, sizeof v); }
LOCI_INLINE void store(int32_t* to, VecI v) { __builtin_memcpy(to, &v, sizeof v); }
LOCI_INLINE VecF splat(float x) { return x - VecF{}; }
LOCI_INLINE VecF larger(VecF a, VecF b) { return a > b ? a : b; }
LOCI_INLINE VecF smaller(VecF a, VecF b) { return a < b ? a : b; }

LOCI_INLINE float sum_of_lanes(VecF v) {
  float parts[kLanes];
  store(parts, v);
  LOCI_UNROLL
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) parts[i] += parts[i + width];
  }
  return parts[0];
}

LOCI_INLINE float largest_lane(VecF v) {
  float parts[kLanes];
  store(parts, v);
  LOCI_UNROLL
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i)
      parts[i] = parts[i + width] > parts[i] ? parts[i + width] : parts[i];
  }
  return parts[0];
}

/// e^x for x in [-87, 0]: 2^n * e^r with n = round(x / ln 2), and the series of e^r to r^6, whose
/// rest is below 2e-7 for |r| <= ln 2 / 2.
LOCI_INLINE VecF exp_of_negative(VecF x) {
  const VecF rounder = splat(12582912.0f);  // 1.5 * 2^23: what is added to it becomes whole
  const VecF n = (x * 1.44269504f + rounder) - rounder;
  const VecF r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts
  VecF p = r * (1.0f / 720) + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const VecI power = (__builtin_convertvector(n, VecI) + 127) << 23;
  return p * (VecF)power;
}

}  // namespace
}  // namespace loci::internal
