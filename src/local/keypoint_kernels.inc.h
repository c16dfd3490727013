// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What keypoints are made with. Needs lanes.inc.h.
#pragma once

#include "kernels.h"
#include "lanes.inc.h"

namespace loci::internal {
namespace {

void softmax_of_cells(
    const float* logits, int64_t cells, float* heat, int64_t stride, float* peaks) {
  constexpr int kPixels = kCell * kCell, kVectors = kPixels / kLanes;
  for (int64_t cell = 0; cell < cells; ++cell, logits += kCellLogits, heat += kCell) {
    VecF largest = load(logits);
    LOCI_UNROLL
    for (int v = 1; v < kVectors; ++v) largest = larger(largest, load(logits + v * kLanes));
    const float none = logits[kPixels], peak = largest_lane(largest);
    const float top = peak > none ? peak : none;
    const VecF lowest = splat(-87.0f);
    alignas(64) float values[kPixels + kLanes];
    VecF sum = {};
    LOCI_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      const VecF e = exp_of_negative(larger(load(logits + v * kLanes) - top, lowest));
      store(values + v * kLanes, e);
      sum += e;
    }
    const VecF last = exp_of_negative(larger(splat(none - top), lowest));
    const float scale = 1 / (sum_of_lanes(sum) + last[0]);
    LOCI_UNROLL
    for (int v = 0; v < kVectors; ++v)
      store(values + v * kLanes, load(values + v * kLanes) * scale);
    for (int y = 0; y < kCell; ++y)
      __builtin_memcpy(heat + y * stride, values + y * kCell, kCell * sizeof(float));
    // The same arithmetic as of its pixel.
    peaks[cell] = exp_of_negative(larger(splat(peak - top), lowest))[0] * scale;
  }
}

void mixture_of_rows(const float* const* rows, const float* weights, size_t n, float* out) {
  constexpr size_t kWidth = kLanes;
  size_t j = 0;
  for (; j + kWidth <= n; j += kWidth) {
    VecF even = {}, odd = {};
    LOCI_UNROLL
    for (int t = 0; t < kTaps; t += 2) {
      even += load(rows[t] + j) * weights[t];
      odd += load(rows[t + 1] + j) * weights[t + 1];
    }
    store(out + j, even + odd);
  }
  for (; j < n; ++j) {
    float sum = 0;
    for (int t = 0; t < kTaps; ++t) sum += rows[t][j] * weights[t];
    out[j] = sum;
  }
}

}  // namespace
}  // namespace loci::internal
