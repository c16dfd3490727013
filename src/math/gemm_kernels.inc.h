// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The blocked matrix product. Needs vec.inc.h and LOCI_GEMM_ROWS: rows of out that a micro-kernel
// keeps in registers, beside two vectors of columns. Layouts (Goto and van de Geijn, 2008):
//   packed a: panels of LOCI_GEMM_ROWS rows, [panel][p][row], the last panel only as wide as it has
//   rows packed b: panels of two vectors of columns, [panel][p][column], the last filled up with
//   zeros
#pragma once

#include "kernels.h"
#include "vec.inc.h"

namespace loci::internal {
namespace {

template <class T>
constexpr int kPanelCols = 2 * kLanes<T>;

template <class T>
void pack_panels(
    const T* src, int64_t ld, int64_t rows, int64_t depth, int width, bool dense_tail, T* dst) {
  for (int64_t first = 0; first < rows; first += width) {
    const int64_t have = rows - first < width ? rows - first : width;
    const int64_t step = dense_tail ? have : width;
    for (int64_t r = 0; r < step; ++r) {
      const T* from = src + (first + r) * ld;
      for (int64_t p = 0; p < depth; ++p) dst[p * step + r] = r < have ? from[p] : T(0);
    }
    dst += step * depth;
  }
}

template <class T>
void pack_panels_across(const T* src, int64_t ld, int64_t rows, int64_t depth, int width, T* dst) {
  for (int64_t first = 0; first < rows; first += width) {
    const int64_t have = rows - first < width ? rows - first : width;
    for (int64_t p = 0; p < depth; ++p) {
      const T* from = src + p * ld + first;
      for (int64_t r = 0; r < have; ++r) dst[p * width + r] = from[r];
      for (int64_t r = have; r < width; ++r) dst[p * width + r] = T(0);
    }
    dst += width * depth;
  }
}

/// out (+)= a * b for kRows rows and one panel of columns; a(r, p) = a[r * row_step + p *
/// depth_step].
template <class T, int kRows>
LOCI_INLINE void micro(int64_t depth,
                       const T* a,
                       int64_t row_step,
                       int64_t depth_step,
                       const T* b,
                       T* out,
                       int64_t ld_out,
                       bool add) {
  constexpr int kWidth = kLanes<T>;
  Vec<T> sums[kRows][2] = {};
  // The piece of out is read only after the loop; asked for now, it is there by then.
  for (int r = 0; r < kRows; ++r) __builtin_prefetch(out + r * ld_out, 1);
  for (int64_t p = 0; p < depth; ++p) {
    const Vec<T> b0 = load(b), b1 = load(b + kWidth);
    b += 2 * kWidth;
    LOCI_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const Vec<T> ar = broadcast(a[r * row_step]);
      sums[r][0] += ar * b0;
      sums[r][1] += ar * b1;
    }
    a += depth_step;
  }
  LOCI_UNROLL
  for (int r = 0; r < kRows; ++r) {
    T* to = out + r * ld_out;
    store(to, add ? load(to) + sums[r][0] : sums[r][0]);
    store(to + kWidth, add ? load(to + kWidth) + sums[r][1] : sums[r][1]);
  }
}

template <class T, int kRows>
__attribute__((noinline)) void micro_rows(int64_t depth,
                                          const T* a,
                                          int64_t lda,
                                          bool a_packed,
                                          const T* b,
                                          T* out,
                                          int64_t ld_out,
                                          bool add) {
  if (a_packed) {
    micro<T, kRows>(depth, a, 1, kRows, b, out, ld_out, add);
  } else {
    micro<T, kRows>(depth, a, lda, 1, b, out, ld_out, add);
  }
}

template <class T, int kRows>
LOCI_INLINE void micro_any(int64_t rows,
                           int64_t depth,
                           const T* a,
                           int64_t lda,
                           bool a_packed,
                           const T* b,
                           T* out,
                           int64_t ld_out,
                           bool add) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      micro_rows<T, kRows>(depth, a, lda, a_packed, b, out, ld_out, add);
    } else {
      micro_any<T, kRows - 1>(rows, depth, a, lda, a_packed, b, out, ld_out, add);
    }
  }
}

template <class T>
void gemm_tile(int64_t rows,
               int64_t cols,
               int64_t depth,
               const T* a,
               int64_t lda,
               bool a_packed,
               const T* b,
               T* out,
               int64_t ld_out,
               bool add) {
  constexpr int kCols = kPanelCols<T>, kRows = LOCI_GEMM_ROWS;
  for (int64_t col = 0; col < cols; col += kCols, b += depth * kCols) {
    const bool whole = col + kCols <= cols;
    for (int64_t row = 0; row < rows; row += kRows) {
      const int64_t have = rows - row < kRows ? rows - row : kRows;
      const T* from = a + row * (a_packed ? depth : lda);
      T* to = out + row * ld_out + col;
      if (whole) {
        micro_any<T, kRows>(have, depth, from, lda, a_packed, b, to, ld_out, add);
        continue;
      }
      T edge[kRows * kCols];
      micro_any<T, kRows>(have, depth, from, lda, a_packed, b, edge, kCols, false);
      for (int64_t r = 0; r < have; ++r) {
        for (int64_t c = 0; c < cols - col; ++c) {
          T& value = to[r * ld_out + c];
          value = add ? value + edge[r * kCols + c] : edge[r * kCols + c];
        }
      }
    }
  }
}

template <class T>
GemmKernel<T> gemm_kernel() {
  return {LOCI_GEMM_ROWS, kPanelCols<T>, pack_panels<T>, pack_panels_across<T>, gemm_tile<T>};
}

}  // namespace
}  // namespace loci::internal
