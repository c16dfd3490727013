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

constexpr int kMostLanes = 16;  // of any instruction set: panels and columns are filled up to it
constexpr float kLeastSimilar = -3;  // below every cosine

/// What a row is most similar to.
struct NearestOfRow {
  int32_t at;           ///< column, -1 for none
  float first, second;  ///< the two largest similarities
};

/// Matched points of two images.
struct PairsView {
  const float *x1, *y1, *x2, *y2;
  int64_t n;
};

/// Kernels compiled for one instruction set.
struct LocalKernels {
  /// Softmax of `cells` cells beside each other, without the last of each: the probabilities go to
  /// 8 rows of the heat map that starts at `heat`, `stride` floats a row; the largest of each cell
  /// to `peaks`.
  void (*cell_softmax)(
      const float* logits, int64_t cells, float* heat, int64_t stride, float* peaks);
  /// out[j] = sum over t of weights[t] * rows[t][j].
  void (*mix_rows)(const float* const* rows, const float* weights, size_t n, float* out);

  /// int8 rows in the order that `similarities` reads: of the first matrix row by row, `steps(dim)`
  /// numbers each; of the second in panels, filled up with zeros to whole ones, with one number a
  /// row to start its sums from.
  int64_t (*steps)(int64_t dim);
  void (*pack_first)(const int8_t* rows, int64_t stride, int64_t count, int64_t dim, int32_t* out);
  void (*pack_second)(
      const int8_t* rows, int64_t stride, int64_t count, int64_t dim, int32_t* out, int32_t* start);
  int64_t panel;  ///< rows of a panel
  /// out[i][j] = first_scales[i] * second_scales[j] * dot product of rows i and j.
  void (*similarities)(const int32_t* first,
                       const float* first_scales,
                       int64_t rows,
                       const int32_t* second,
                       const int32_t* start,
                       const float* second_scales,
                       int64_t panels,
                       int64_t dim,
                       float* out,
                       int64_t stride);
  /// The nearest column of each row of a block whose first is row `first_row`, and of each column
  /// the nearest row of this and the blocks before. `cols` is a multiple of kMostLanes.
  void (*nearest)(const float* similar,
                  int64_t rows,
                  int64_t cols,
                  int64_t stride,
                  int32_t first_row,
                  NearestOfRow* nearest_of_rows,
                  float* col_best,
                  int32_t* col_at);

  /// Sum over the pairs of max(0, 1 - d^2 * inverse_square), d the distance of a pair from a model
  /// (`a` and `b`: homography and its inverse, or fundamental matrix and second epipole); stops
  /// with less than `enough` as soon as that is out of reach.
  float (*homography_support)(
      const PairsView& pairs, const float* a, const float* b, float inverse_square, float enough);
  float (*epipolar_support)(
      const PairsView& pairs, const float* a, const float* b, float inverse_square, float enough);
  /// d^2 of each pair.
  void (*homography_squares)(const PairsView& pairs, const float* a, const float* b, float* out);
  void (*epipolar_squares)(const PairsView& pairs, const float* a, const float* b, float* out);
};

LocalKernels plain_local_kernels();
LocalKernels avx2_local_kernels();
LocalKernels avx512_local_kernels();
LocalKernels avx512_vnni_local_kernels();

/// Those of this processor, or of a level that it can run.
const LocalKernels& local_kernels();
const LocalKernels& local_kernels(SimdLevel level);

}  // namespace loci::internal
