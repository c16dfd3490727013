// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/cpu.h"

#include <cstddef>
#include <cstdint>

namespace loci::internal {

constexpr int kCell = 8;                        // pixels a side of a cell of a keypoint map
constexpr int kCellLogits = kCell * kCell + 1;  // the last for "no keypoint"
constexpr int kTaps = 16;                       // rows that a bicubic sample is made of

/// Kernels compiled for one instruction set.
struct LocalKernels {
  /// Softmax of `cells` cells beside each other, without the last of each: the probabilities go to
  /// 8 rows of the heat map that starts at `heat`, `stride` floats a row; the largest of each cell
  /// to `peaks`.
  void (*cell_softmax)(
      const float* logits, int64_t cells, float* heat, int64_t stride, float* peaks);
  /// out[j] = sum over t of weights[t] * rows[t][j].
  void (*mix_rows)(const float* const* rows, const float* weights, size_t n, float* out);
};

LocalKernels plain_local_kernels();
LocalKernels avx2_local_kernels();
LocalKernels avx512_local_kernels();

/// Those of this processor, or of a level that it can run.
const LocalKernels& local_kernels();
const LocalKernels& local_kernels(SimdLevel level);

}  // namespace loci::internal
