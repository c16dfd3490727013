// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/cpu.h"

namespace loci::internal {

/// How a number of a map is stored. Integers stand for q * scale.
enum class Element { kFloat, kBf16, kU8, kS8 };

/// Numbers in a row of a map.
struct MapRow {
  const void* data;
  Element element;
  float scale;
};

/// Loops over rows of maps for operators that oneDNN does not have, by instruction set. Raw pointers only: they are
/// compiled for instruction sets that the rest of the program may not use. Maps are [h][w][c].
struct MapKernels {
  /// dst[i] = row[i] as float
  void (*load)(const MapRow& row, long n, float* dst);
  /// dst[i] = src[i] as `element`; integers round(src[i] * inverse), ties to even, held within their range
  void (*store)(const float* src, long n, Element element, float inverse, void* dst);

  /// sums[c] += sum over positions of (src[p][c] - mean[c])^power, power 1 or 2; in double across groups of positions
  void (*moments)(
      const float* src, long positions, long channels, const float* mean, int power, double* sums);
  /// dst[p][c] = (src[p][c] - mean[c]) * factor[c]
  void (*normalise)(const float* src,
                    long positions,
                    long channels,
                    const float* mean,
                    const float* factor,
                    float* dst);
  /// dst[p] = bias + sum over c of weight[c] * src[p][c], for up to 4 channels
  void (*mix)(
      const float* src, long positions, long channels, const float* weight, float bias, float* dst);

  /// dst[i] = a[i] + share * (b[i] - a[i])
  void (*blend)(const float* a, const float* b, float share, long n, float* dst);
  /// dst[x][c] = row[left[x]][c] blended with row[right[x]][c] by share[x], plus sum[x][c] where sum is not null
  void (*spread)(const float* row,
                 const int* left,
                 const int* right,
                 const float* share,
                 long width,
                 long channels,
                 const float* sum,
                 float* dst);
};

const MapKernels& map_kernels(SimdLevel level);
const MapKernels& map_kernels_plain();
const MapKernels& map_kernels_avx2();
const MapKernels& map_kernels_avx512();

}  // namespace loci::internal
