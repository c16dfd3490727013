// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The two halves of NetVLAD, with N x K x D never in memory: the assignment a of a block of features,
// and the sums of a_ik x_i over all features for a few columns. Two products of N x K x D, each by
// register tiles of LOCI_TILE_ROWS x 2 vectors.
#pragma once

#include "kernels.h"
#include "simd.inc.h"

namespace loci::internal {
namespace {

constexpr int kRows = LOCI_TILE_ROWS;
constexpr int64_t kTile = 2 * kLanes;
constexpr int64_t kDepth =
    256;  // of a slice of packed weights: kDepth * kTile floats stay in the first-level cache

/// c[R][kTile] += x[R][depth] * w[depth][kTile]
template <int R>
LOCI_INLINE void logit_tile(
    const float* x, int64_t x_stride, const float* w, int64_t depth, float* c, int64_t c_stride) {
  VecF sum[R][2];
  LOCI_UNROLL
  for (int r = 0; r < R; ++r) {
    sum[r][0] = load(c + r * c_stride);
    sum[r][1] = load(c + r * c_stride + kLanes);
  }
  for (int64_t d = 0; d < depth; ++d) {
    const VecF w0 = load(w + d * kTile);
    const VecF w1 = load(w + d * kTile + kLanes);
    LOCI_UNROLL
    for (int r = 0; r < R; ++r) {
      const VecF value = broadcast(x[r * x_stride + d]);
      sum[r][0] += value * w0;
      sum[r][1] += value * w1;
    }
  }
  LOCI_UNROLL
  for (int r = 0; r < R; ++r) {
    store(c + r * c_stride, sum[r][0]);
    store(c + r * c_stride + kLanes, sum[r][1]);
  }
}

/// v[R][kTile] = (first ? 0 : v) + a[rows][R]^T * panel[rows][kTile]: summed by itself and then
/// added, so that rounding grows with the number of blocks and not of features.
template <int R>
LOCI_INLINE void sum_tile(const float* a,
                          int64_t a_stride,
                          const float* panel,
                          int64_t rows,
                          bool first,
                          float* v,
                          int64_t v_stride) {
  VecF sum[R][2] = {};
  for (int64_t i = 0; i < rows; ++i) {
    const VecF x0 = load(panel + i * kTile);
    const VecF x1 = load(panel + i * kTile + kLanes);
    LOCI_UNROLL
    for (int r = 0; r < R; ++r) {
      const VecF value = broadcast(a[i * a_stride + r]);
      sum[r][0] += value * x0;
      sum[r][1] += value * x1;
    }
  }
  if (!first) {
    LOCI_UNROLL
    for (int r = 0; r < R; ++r) {
      sum[r][0] += load(v + r * v_stride);
      sum[r][1] += load(v + r * v_stride + kLanes);
    }
  }
  LOCI_UNROLL
  for (int r = 0; r < R; ++r) {
    store(v + r * v_stride, sum[r][0]);
    store(v + r * v_stride + kLanes, sum[r][1]);
  }
}

template <int R>
void last_logit_rows(int64_t rows,
                     const float* x,
                     int64_t x_stride,
                     const float* w,
                     int64_t depth,
                     float* c,
                     int64_t c_stride) {
  if (rows == R) return logit_tile<R>(x, x_stride, w, depth, c, c_stride);
  if constexpr (R > 1) last_logit_rows<R - 1>(rows, x, x_stride, w, depth, c, c_stride);
}

template <int R>
void last_sum_rows(int64_t clusters,
                   const float* a,
                   int64_t a_stride,
                   const float* panel,
                   int64_t rows,
                   bool first,
                   float* v,
                   int64_t v_stride) {
  if (clusters == R) return sum_tile<R>(a, a_stride, panel, rows, first, v, v_stride);
  if constexpr (R > 1) {
    last_sum_rows<R - 1>(clusters, a, a_stride, panel, rows, first, v, v_stride);
  }
}

void add_logits(
    const NetvladLayer& layer, const float* x, int64_t stride, int64_t rows, float* logits) {
  const int64_t width = layer.padded_clusters;
  for (int64_t i = 0; i < rows * width; ++i) logits[i] = 0;
  for (int64_t d = 0; d < layer.dim; d += kDepth) {
    const int64_t depth = layer.dim - d < kDepth ? layer.dim - d : kDepth;
    for (int64_t k = 0; k < layer.clusters; k += kTile) {
      const float* w = layer.packed_weights + k * layer.dim + d * kTile;
      int64_t r = 0;
      for (; r + kRows <= rows; r += kRows) {
        logit_tile<kRows>(x + r * stride + d, stride, w, depth, logits + r * width + k, width);
      }
      if constexpr (kRows > 1) {
        last_logit_rows<kRows - 1>(
            rows - r, x + r * stride + d, stride, w, depth, logits + r * width + k, width);
      }
    }
  }
}

double squared_norm(const float* x, int64_t n) {
  VecF low = {}, high = {};
  int64_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    const VecF a = load(x + i), b = load(x + i + kLanes);
    low += a * a;
    high += b * b;
  }
  float sum = sum_of_lanes(low + high);
  for (; i < n; ++i) sum += x[i] * x[i];
  if (sum > 1e-25f && sum < 1e37f) return static_cast<double>(sum);
  double exact = 0;  // a square left the range of float32, or the norm is 0
  for (i = 0; i < n; ++i) exact += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return exact;
}

float feature_scale(const NetvladLayer& layer, const float* x) {
  if (layer.feature_norm == 0) return 1;
  const double square = squared_norm(x, layer.dim);
  if (layer.feature_norm == 2) return static_cast<float>(1 / __builtin_sqrt(square + 1e-12));
  const double norm = __builtin_sqrt(square);
  return static_cast<float>(1 / (norm > 1e-12 ? norm : 1e-12));
}

/// Turns logits of the feature as it is into scale * softmax(scale * logits + bias), and adds the
/// softmax to `mass`; both times `weight`.
void softmax_row(const NetvladLayer& layer, float scale, float weight, float* row, float* mass) {
  VecF most = broadcast(kPadBias);
  for (int64_t k = 0; k < layer.padded_clusters; k += kLanes) {
    const VecF logit = load(row + k) * scale + load(layer.bias + k);
    store(row + k, logit);
    most = larger(logit, most);
  }
  const float top = largest_lane(most);
  VecF total = {};
  for (int64_t k = 0; k < layer.padded_clusters; k += kLanes) {
    const VecF e = exp_nonpositive(load(row + k) - top);
    store(row + k, e);
    total += e;
  }
  const float share = weight / sum_of_lanes(total);
  for (int64_t k = 0; k < layer.padded_clusters; k += kLanes) {
    const VecF a = load(row + k) * share;
    store(mass + k, load(mass + k) + a);
    store(row + k, a * scale);
  }
}

int32_t largest_logit(const NetvladLayer& layer, float scale, const float* row) {
  int64_t best = 0;
  float best_logit = row[0] * scale + layer.bias[0];
  for (int64_t k = 1; k < layer.clusters; ++k) {
    const float logit = row[k] * scale + layer.bias[k];
    if (logit > best_logit) {
      best = k;
      best_logit = logit;
    }
  }
  return static_cast<int32_t>(best);
}

void assign(const NetvladLayer& layer,
            const float* x,
            int64_t stride,
            int64_t rows,
            const float* weights,
            NetvladAssignment out) {
  const int64_t width = layer.padded_clusters;
  for (int64_t k = 0; k < width; ++k) out.mass[k] = 0;
  add_logits(layer, x, stride, rows, out.weights);
  for (int64_t i = 0; i < rows; ++i) {
    float* row = out.weights + i * width;
    const float scale = feature_scale(layer, x + i * stride);
    const float weight = weights == nullptr ? 1 : weights[i];
    if (layer.hard) {
      out.nearest[i] = largest_logit(layer, scale, row);
      out.mass[out.nearest[i]] += weight;
      row[0] = scale * weight;
    } else {
      softmax_row(layer, scale, weight, row, out.mass);
    }
  }
}

/// Copies columns [d, d + kTile) of a block, because rows a power of two apart share cache sets, and
/// asks for those of the next block, which lie too far apart for the processor to foresee.
void copy_panel(const NetvladLayer& layer,
                const float* x,
                int64_t stride,
                int64_t rows,
                int64_t next_rows,
                int64_t d,
                float* panel) {
  const int64_t width = layer.dim - d < kTile ? layer.dim - d : kTile;
  const float* next = x + rows * stride + d;
  for (int64_t i = 0; i < rows; ++i) {
    const float* from = x + i * stride + d;
    if (i < next_rows) {
      for (int64_t j = 0; j < width; j += 16) __builtin_prefetch(next + i * stride + j);
    }
    if (width == kTile) {
      store(panel + i * kTile, load(from));
      store(panel + i * kTile + kLanes, load(from + kLanes));
    } else {
      for (int64_t j = 0; j < kTile; ++j) panel[i * kTile + j] = j < width ? from[j] : 0;
    }
  }
}

/// sums[k][d ..] = sum_i a_ik x_i for kTile columns.
void sum_columns(const NetvladLayer& layer,
                 const float* x,
                 int64_t stride,
                 int64_t num_rows,
                 const float* a,
                 int64_t d,
                 float* sums) {
  alignas(64) float panel[kBlockRows * kTile];
  const int64_t width = layer.padded_clusters;
  for (int64_t i = 0; i < num_rows; i += kBlockRows) {
    const int64_t left = num_rows - i, rows = left < kBlockRows ? left : kBlockRows;
    const int64_t next_rows = left - rows < kBlockRows ? left - rows : kBlockRows;
    copy_panel(layer, x + i * stride, stride, rows, next_rows, d, panel);
    const float* block = a + i * width;
    int64_t k = 0;
    for (; k + kRows <= layer.clusters; k += kRows) {
      float* v = sums + k * layer.padded_dim + d;
      sum_tile<kRows>(block + k, width, panel, rows, i == 0, v, layer.padded_dim);
    }
    if constexpr (kRows > 1) {
      float* v = sums + k * layer.padded_dim + d;
      last_sum_rows<kRows - 1>(
          layer.clusters - k, block + k, width, panel, rows, i == 0, v, layer.padded_dim);
    }
  }
}

/// The same where each feature goes to one cluster alone.
void sum_nearest(const NetvladLayer& layer,
                 const float* x,
                 int64_t stride,
                 int64_t num_rows,
                 NetvladAssignment assignment,
                 int64_t d,
                 float* sums) {
  const int64_t width = layer.dim - d < kTile ? layer.dim - d : kTile;
  for (int64_t i = 0; i < num_rows; ++i) {
    const float scale = assignment.weights[i * layer.padded_clusters];
    float* sum = sums + assignment.nearest[i] * layer.padded_dim + d;
    const float* from = x + i * stride + d;
    for (int64_t j = 0; j < width; ++j) sum[j] += from[j] * scale;
  }
}

void residuals(const NetvladLayer& layer,
               const float* x,
               int64_t stride,
               int64_t num_rows,
               NetvladAssignment assignment,
               int64_t d,
               float* sums,
               double* squares) {
  if (num_rows == 0 || layer.hard) {
    for (int64_t k = 0; k < layer.clusters; ++k) {
      for (int64_t j = 0; j < kTile; ++j) sums[k * layer.padded_dim + d + j] = 0;
    }
  }
  if (layer.hard) {
    sum_nearest(layer, x, stride, num_rows, assignment, d, sums);
  } else {
    sum_columns(layer, x, stride, num_rows, assignment.weights, d, sums);
  }
  for (int64_t k = 0; k < layer.clusters; ++k) {
    float* v = sums + k * layer.padded_dim + d;
    const float* center = layer.centers + k * layer.padded_dim + d;
    for (int64_t j = 0; j < kTile; j += kLanes) {
      store(v + j, load(v + j) - load(center + j) * assignment.mass[k]);
    }
    if (layer.signed_sqrt) {
      for (int64_t j = 0; j < kTile; ++j) {
        v[j] = __builtin_copysignf(__builtin_sqrtf(__builtin_fabsf(v[j])), v[j]);
      }
    }
    squares[k] = squared_norm(v, kTile);
  }
}

NetvladKernels netvlad_kernels() { return {kTile, assign, residuals}; }

}  // namespace
}  // namespace loci::internal
