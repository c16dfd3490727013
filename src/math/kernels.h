// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/cpu.h"

#include <cstddef>
#include <cstdint>

namespace loci::internal {

/// The blocked matrix product of one number type at one vector width. `tile` adds (or stores) a
/// rows x cols piece of the product of packed panels; see kernels.inc.h for the layouts.
template <class T>
struct GemmKernel {
  int panel_rows;  ///< rows of a packed panel of a
  int panel_cols;  ///< columns of a packed panel of b
  /// dst[panel][p][r] = src[(panel * width + r) * ld + p] for p < depth; missing rows are not
  /// written in the last panel when `dense_tail`, else they become zeros.
  void (*pack_rows)(
      const T* src, int64_t ld, int64_t rows, int64_t depth, int width, bool dense_tail, T* dst);
  /// The same from a matrix stored the other way round: element (r, p) is src[p * ld + r].
  void (*pack_cols)(const T* src, int64_t ld, int64_t rows, int64_t depth, int width, T* dst);
  void (*tile)(int64_t rows,
               int64_t cols,
               int64_t depth,
               const T* a,
               int64_t lda,
               bool a_packed,
               const T* b_packed,
               T* out,
               int64_t ld_out,
               bool add);
};

/// Kernels compiled for one instruction set.
struct MathKernels {
  float (*dot)(const float*, const float*, size_t);
  double (*dot_exact)(const float*, const float*, size_t);
  float (*squared_distance)(const float*, const float*, size_t);
  /// The largest dot[i] - offset[i].
  float (*max_difference)(const float* dot, const float* offset, size_t n);
  void (*add_to_doubles)(const float* in, double* sums, size_t n);
  void (*to_halfs)(const float*, uint16_t*, size_t);
  void (*from_halfs)(const uint16_t*, float*, size_t);
  GemmKernel<float> gemm_f32;
  GemmKernel<double> gemm_f64;
};

MathKernels plain_math_kernels();
MathKernels avx2_math_kernels();
MathKernels avx512_math_kernels();

/// Those of a level that this processor can run; the second form is for tests.
const MathKernels& math_kernels();
const MathKernels& math_kernels(SimdLevel level);

}  // namespace loci::internal
