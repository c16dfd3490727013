// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Sums over rows of numbers. Needs vec.inc.h.
#pragma once

#include "vec.inc.h"

namespace loci::internal {
namespace {

constexpr int kSums = 4;  // independent sums, to hide the latency of an addition

LOCI_INLINE float total(const Vec<float>* sums) {
  const Vec<float> all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  float result = 0;
  for (int i = 0; i < kLanes<float>; ++i) result += all[i];
  return result;
}

float dot_floats(const float* a, const float* b, size_t n) {
  constexpr size_t kWidth = static_cast<size_t>(kLanes<float>);
  Vec<float> sums[kSums] = {};
  size_t i = 0;
  for (; i + kSums * kWidth <= n; i += kSums * kWidth) {
    LOCI_UNROLL
    for (size_t s = 0; s < kSums; ++s)
      sums[s] += load(a + i + s * kWidth) * load(b + i + s * kWidth);
  }
  for (; i + kWidth <= n; i += kWidth) sums[0] += load(a + i) * load(b + i);
  float result = total(sums);
  for (; i < n; ++i) result += a[i] * b[i];
  return result;
}

float squared_distance_floats(const float* a, const float* b, size_t n) {
  constexpr size_t kWidth = static_cast<size_t>(kLanes<float>);
  Vec<float> sums[kSums] = {};
  size_t i = 0;
  for (; i + kSums * kWidth <= n; i += kSums * kWidth) {
    LOCI_UNROLL
    for (size_t s = 0; s < kSums; ++s) {
      const Vec<float> d = load(a + i + s * kWidth) - load(b + i + s * kWidth);
      sums[s] += d * d;
    }
  }
  for (; i + kWidth <= n; i += kWidth) {
    const Vec<float> d = load(a + i) - load(b + i);
    sums[0] += d * d;
  }
  float result = total(sums);
  for (; i < n; ++i) result += (a[i] - b[i]) * (a[i] - b[i]);
  return result;
}

typedef double D8 __attribute__((vector_size(64)));
typedef float F8 __attribute__((vector_size(32)));

LOCI_INLINE D8 load_doubles(const float* from) {
  F8 v;
  __builtin_memcpy(&v, from, sizeof v);
  return __builtin_convertvector(v, D8);
}

// A product of two floats is exact in float64 (24 + 24 bits), and the sums are the same 16 whatever
// the width of the processor's vectors: so every machine gets the same bits, with and without fused
// multiply-adds.
double dot_doubles(const float* a, const float* b, size_t n) {
  D8 low = {}, high = {};
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    low += load_doubles(a + i) * load_doubles(b + i);
    high += load_doubles(a + i + 8) * load_doubles(b + i + 8);
  }
  low += high;
  double result = ((low[0] + low[4]) + (low[2] + low[6])) + ((low[1] + low[5]) + (low[3] + low[7]));
  for (; i < n; ++i) result += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return result;
}

float max_of_differences(const float* values, const float* offsets, size_t n) {
  constexpr size_t kWidth = static_cast<size_t>(kLanes<float>);
  float best = values[0] - offsets[0];
  size_t i = 0;
  if (n >= kWidth) {
    Vec<float> most = load(values) - load(offsets);
    for (i = kWidth; i + kWidth <= n; i += kWidth) {
      const Vec<float> v = load(values + i) - load(offsets + i);
      most = v > most ? v : most;
    }
    for (int lane = 0; lane < kLanes<float>; ++lane) best = most[lane] > best ? most[lane] : best;
  }
  for (; i < n; ++i) {
    const float v = values[i] - offsets[i];
    best = v > best ? v : best;
  }
  return best;
}

void add_floats_to_doubles(const float* in, double* sums, size_t n) {
  for (size_t i = 0; i < n; ++i) sums[i] += static_cast<double>(in[i]);
}

}  // namespace
}  // namespace loci::internal
