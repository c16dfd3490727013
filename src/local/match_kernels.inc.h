// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What features are matched with. Needs lanes.inc.h.
#pragma once

#include "kernels.h"
#include "lanes.inc.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace loci::internal {
namespace {

// A step multiplies the 32 bits of a value of the first matrix with those of each lane of the
// second. With VNNI these are four bytes, the first's unsigned: 128 is added to them, and 128 times
// the sum of the other row taken from the result. Without, two 16-bit numbers.
#if defined(__AVX512VNNI__)
constexpr int kPerStep = 4;
typedef uint8_t StepFirst;
typedef int8_t StepSecond;
constexpr int kOffset = 128;

/// As assembly: gcc 12 keeps the sums of the intrinsic in memory and loses half the speed.
LOCI_INLINE VecI dot_step(VecI sums, VecI first, VecI second) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(first), "v"(second));
  return sums;
}
constexpr int kTileRows = 8;
#else
constexpr int kPerStep = 2;
typedef int16_t StepFirst;
typedef int16_t StepSecond;
constexpr int kOffset = 0;

LOCI_INLINE VecI dot_step(VecI sums, VecI first, VecI second) {
#if defined(__AVX512BW__)
  return sums + (VecI)_mm512_madd_epi16((__m512i)first, (__m512i)second);
#elif defined(__AVX2__)
  return sums + (VecI)_mm256_madd_epi16((__m256i)first, (__m256i)second);
#elif defined(__x86_64__)
  return sums + (VecI)_mm_madd_epi16((__m128i)first, (__m128i)second);
#elif defined(__aarch64__)
  const auto a = reinterpret_cast<int16x8_t>(first), b = reinterpret_cast<int16x8_t>(second);
  return sums + reinterpret_cast<VecI>(
                    vpaddq_s32(vmull_s16(vget_low_s16(a), vget_low_s16(b)), vmull_high_s16(a, b)));
#else
  return sums + (first >> 16) * (second >> 16) + ((first << 16) >> 16) * ((second << 16) >> 16);
#endif
}
#if defined(__AVX512BW__)
constexpr int kTileRows = 8;
#else
constexpr int kTileRows = 4;
#endif
#endif

int64_t steps_of(int64_t dim) { return (dim + kPerStep - 1) / kPerStep; }

/// Rows of the first matrix, each filled up with zeros to whole steps.
void pack_first(const int8_t* rows, int64_t stride, int64_t count, int64_t dim, int32_t* out) {
  const int64_t steps = steps_of(dim);
  for (int64_t i = 0; i < count; ++i) {
    auto* to = reinterpret_cast<StepFirst*>(out + i * steps);
    for (int64_t j = 0; j < steps * kPerStep; ++j) {
      const int value = j < dim ? rows[i * stride + j] : 0;
      to[j] = static_cast<StepFirst>(value + kOffset);
    }
  }
}

/// Panels of kLanes rows of the second matrix, [panel][step][row], missing rows zero; and what
/// their sums begin with.
void pack_second(
    const int8_t* rows, int64_t stride, int64_t count, int64_t dim, int32_t* out, int32_t* start) {
  const int64_t steps = steps_of(dim), panels = (count + kLanes - 1) / kLanes;
  for (int64_t row = 0; row < panels * kLanes; ++row) {
    auto* to = reinterpret_cast<StepSecond*>(out + row / kLanes * steps * kLanes + row % kLanes);
    int32_t sum = 0;
    for (int64_t j = 0; j < steps * kPerStep; ++j) {
      const int value = row < count && j < dim ? rows[row * stride + j] : 0;
      to[j / kPerStep * kPerStep * kLanes + j % kPerStep] = static_cast<StepSecond>(value);
      sum += value;
    }
    start[row] = -kOffset * sum;
  }
}

template <int kRows>
LOCI_INLINE void similarity_tile(const int32_t* first,
                                 const float* first_scales,
                                 const int32_t* panel,
                                 const int32_t* start,
                                 const float* second_scales,
                                 int64_t steps,
                                 float* out,
                                 int64_t stride) {
  VecI sums[kRows];
  LOCI_UNROLL
  for (int r = 0; r < kRows; ++r) sums[r] = load(start);
  for (int64_t k = 0; k < steps; ++k) {
    const VecI second = load(panel + k * kLanes);
    LOCI_UNROLL
    for (int r = 0; r < kRows; ++r)
      sums[r] = dot_step(sums[r], first[r * steps + k] - VecI{}, second);
  }
  const VecF scales = load(second_scales);
  LOCI_UNROLL
  for (int r = 0; r < kRows; ++r)
    store(out + r * stride, __builtin_convertvector(sums[r], VecF) * (scales * first_scales[r]));
}

/// out[i][j] = first_scales[i] * second_scales[j] * the dot product of rows i and j, for `rows` rows
/// and whole panels.
void similarities_of_int8(const int32_t* first,
                          const float* first_scales,
                          int64_t rows,
                          const int32_t* second,
                          const int32_t* start,
                          const float* second_scales,
                          int64_t panels,
                          int64_t dim,
                          float* out,
                          int64_t stride) {
  const int64_t steps = steps_of(dim);
  for (int64_t p = 0; p < panels; ++p) {
    const int32_t* panel = second + p * steps * kLanes;
    const int64_t at = p * kLanes;
    int64_t i = 0;
    for (; i + kTileRows <= rows; i += kTileRows)
      similarity_tile<kTileRows>(first + i * steps,
                                 first_scales + i,
                                 panel,
                                 start + at,
                                 second_scales + at,
                                 steps,
                                 out + i * stride + at,
                                 stride);
    for (; i < rows; ++i)
      similarity_tile<1>(first + i * steps,
                         first_scales + i,
                         panel,
                         start + at,
                         second_scales + at,
                         steps,
                         out + i * stride + at,
                         stride);
  }
}

/// The most similar column of kRows rows, the second similarity, and the most similar row of every
/// column so far.
template <int kRows>
LOCI_INLINE void best_of_tile(const float* similar,
                              int64_t cols,
                              int64_t stride,
                              int32_t first_row,
                              NearestOfRow* rows,
                              float* col_best,
                              int32_t* col_at) {
  VecF best[kRows], next[kRows];
  VecI at[kRows], here;
  for (int lane = 0; lane < kLanes; ++lane) here[lane] = lane;
  LOCI_UNROLL
  for (int r = 0; r < kRows; ++r) {
    best[r] = next[r] = splat(kLeastSimilar);
    at[r] = VecI{} - 1;
  }
  for (int64_t j = 0; j < cols; j += kLanes) {
    VecF column = load(col_best + j);
    VecI chosen = load(col_at + j);
    LOCI_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const VecF v = load(similar + r * stride + j);
      const VecI more = v > best[r];
      next[r] = larger(next[r], more ? best[r] : v);
      at[r] = more ? here : at[r];
      best[r] = more ? v : best[r];
      const VecI over = v > column;
      chosen = over ? (first_row + r) - VecI{} : chosen;
      column = over ? v : column;
    }
    store(col_best + j, column);
    store(col_at + j, chosen);
    here += kLanes;
  }
  for (int r = 0; r < kRows; ++r) {
    NearestOfRow found{.at = -1, .first = kLeastSimilar, .second = kLeastSimilar};
    for (int lane = 0; lane < kLanes; ++lane) {
      const float v = best[r][lane];
      const int32_t where = at[r][lane];
      if (v > found.first || (v == found.first && where < found.at)) {
        found.second = found.first;
        found.first = v;
        found.at = where;
      } else if (v > found.second) {
        found.second = v;
      }
    }
    const float rest = largest_lane(next[r]);
    found.second = rest > found.second ? rest : found.second;
    rows[r] = found;
  }
}

void best_of_block(const float* similar,
                   int64_t rows,
                   int64_t cols,
                   int64_t stride,
                   int32_t first_row,
                   NearestOfRow* nearest,
                   float* col_best,
                   int32_t* col_at) {
  constexpr int kTile = 4;
  int64_t i = 0;
  for (; i + kTile <= rows; i += kTile)
    best_of_tile<kTile>(similar + i * stride,
                        cols,
                        stride,
                        first_row + static_cast<int32_t>(i),
                        nearest + i,
                        col_best,
                        col_at);
  for (; i < rows; ++i)
    best_of_tile<1>(similar + i * stride,
                    cols,
                    stride,
                    first_row + static_cast<int32_t>(i),
                    nearest + i,
                    col_best,
                    col_at);
}

}  // namespace
}  // namespace loci::internal
