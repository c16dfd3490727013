// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Dot products of rows of W with images, W read once. Sums run over a slice of a few thousand
// numbers in float32 lanes and are added up in float64 by the caller, in an order that depends on
// nothing but the width of a vector.
#pragma once

#include "kernels.h"
#include "simd.inc.h"

namespace loci::internal {
namespace {

/// Columns between two rounds of prefetches: one cache line of int8.
constexpr int64_t kPrefetchColumns = 64;
/// How far ahead. The processor follows a row by itself, but stops at every page.
constexpr int64_t kPrefetchBytes = 1024;

template <int R, int B, class T>
LOCI_INLINE void add_products(
    VecF (&sum)[R][B], const T* w, int64_t w_stride, const float* x, int64_t x_stride) {
  VecF value[B];
  LOCI_UNROLL
  for (int b = 0; b < B; ++b) value[b] = load(x + b * x_stride);
  LOCI_UNROLL
  for (int r = 0; r < R; ++r) {
    const VecF weight = load_floats(w + r * w_stride);
    LOCI_UNROLL
    for (int b = 0; b < B; ++b) sum[r][b] += weight * value[b];
  }
}

template <int R, int B, class T>
LOCI_INLINE void dot_tile(const T* w,
                          int64_t w_stride,
                          const float* x,
                          int64_t x_stride,
                          int64_t n,
                          double* out,
                          int64_t images) {
  constexpr int64_t kLine = 64 / sizeof(T);
  VecF sum[R][B] = {};
  int64_t j = 0;
  for (; j + kPrefetchColumns <= n; j += kPrefetchColumns) {
    LOCI_UNROLL
    for (int r = 0; r < R; ++r) {
      LOCI_UNROLL
      for (int64_t line = 0; line < kPrefetchColumns; line += kLine) {
        __builtin_prefetch(reinterpret_cast<const char*>(w + r * w_stride + j + line) +
                           kPrefetchBytes);
      }
    }
    LOCI_UNROLL
    for (int64_t i = j; i < j + kPrefetchColumns; i += kLanes) {
      add_products(sum, w + i, w_stride, x + i, x_stride);
    }
  }
  for (; j + kLanes <= n; j += kLanes) add_products(sum, w + j, w_stride, x + j, x_stride);
  LOCI_UNROLL
  for (int r = 0; r < R; ++r) {
    LOCI_UNROLL
    for (int b = 0; b < B; ++b) out[r * images + b] += static_cast<double>(sum_of_lanes(sum[r][b]));
  }
  if (j == n) return;
  T last[R][kLanes] = {};  // the rest of a row that is no whole vector
  float rest[B][kLanes] = {};
  for (int r = 0; r < R; ++r) {
    for (int64_t i = j; i < n; ++i) last[r][i - j] = w[r * w_stride + i];
  }
  for (int b = 0; b < B; ++b) {
    for (int64_t i = j; i < n; ++i) rest[b][i - j] = x[b * x_stride + i];
  }
  for (int r = 0; r < R; ++r) {
    for (int b = 0; b < B; ++b) {
      out[r * images + b] +=
          static_cast<double>(sum_of_lanes(load_floats(last[r]) * load(rest[b])));
    }
  }
}

template <int R, class T>
LOCI_INLINE void dot_rows(const T* w,
                          int64_t w_stride,
                          const float* x,
                          int64_t x_stride,
                          int64_t images,
                          int64_t n,
                          double* out) {
  int64_t b = 0;
  for (; b + 3 <= images; b += 3)
    dot_tile<R, 3>(w, w_stride, x + b * x_stride, x_stride, n, out + b, images);
  if (images - b == 2) dot_tile<R, 2>(w, w_stride, x + b * x_stride, x_stride, n, out + b, images);
  if (images - b == 1) dot_tile<R, 1>(w, w_stride, x + b * x_stride, x_stride, n, out + b, images);
}

template <class T>
void dot_block(const T* w,
               int64_t w_stride,
               int64_t rows,
               const float* x,
               int64_t x_stride,
               int64_t images,
               int64_t n,
               double* out) {
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4)
    dot_rows<4>(w + r * w_stride, w_stride, x, x_stride, images, n, out + r * images);
  for (; r < rows; ++r)
    dot_rows<1>(w + r * w_stride, w_stride, x, x_stride, images, n, out + r * images);
}

int64_t read_bytes(const uint8_t* bytes, int64_t size) {
  VecI sum[4] = {};
  for (int64_t i = 0; i + 4 * LOCI_VECTOR_BYTES <= size; i += 4 * LOCI_VECTOR_BYTES) {
    LOCI_UNROLL
    for (int part = 0; part < 4; ++part) {
      VecI v;
      __builtin_memcpy(&v, bytes + i + part * LOCI_VECTOR_BYTES, sizeof v);
      sum[part] ^= v;
    }
  }
  const VecI all = (sum[0] ^ sum[1]) ^ (sum[2] ^ sum[3]);
  int64_t result = 0;
  for (int lane = 0; lane < kLanes; ++lane) result += all[lane];
  return result;
}

WhiteningKernels whitening_kernels() {
  return {dot_block<float>, dot_block<uint16_t>, dot_block<int8_t>};
}

}  // namespace
}  // namespace loci::internal
