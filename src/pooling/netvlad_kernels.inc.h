// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// One pass over a block of features: logits, softmax and the sums of a_ik x_i, with N x K x D never
// in memory. Two products of rows x K x D, each by register tiles of LOCI_TILE_ROWS x 2 vectors.
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

/// v[R][kTile] += a[rows][R]^T * panel[rows][kTile]
template <int R>
LOCI_INLINE void sum_tile(const float* a,
                          int64_t a_stride,
                          const float* panel,
                          int64_t rows,
                          float* v,
                          int64_t v_stride) {
  VecF sum[R][2];
  LOCI_UNROLL
  for (int r = 0; r < R; ++r) {
    sum[r][0] = load(v + r * v_stride);
    sum[r][1] = load(v + r * v_stride + kLanes);
  }
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
                   float* v,
                   int64_t v_stride) {
  if (clusters == R) return sum_tile<R>(a, a_stride, panel, rows, v, v_stride);
  if constexpr (R > 1) last_sum_rows<R - 1>(clusters, a, a_stride, panel, rows, v, v_stride);
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
/// softmax to `mass`.
void softmax_row(const NetvladLayer& layer, float scale, float* row, float* mass) {
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
  const float share = 1 / sum_of_lanes(total);
  for (int64_t k = 0; k < layer.padded_clusters; k += kLanes) {
    const VecF a = load(row + k) * share;
    store(mass + k, load(mass + k) + a);
    store(row + k, a * scale);
  }
}

/// Adds the scaled feature to the cluster of its largest logit.
void add_to_nearest(
    const NetvladLayer& layer, const float* x, float scale, const float* row, NetvladSums out) {
  int64_t best = 0;
  float best_logit = row[0] * scale + layer.bias[0];
  for (int64_t k = 1; k < layer.clusters; ++k) {
    const float logit = row[k] * scale + layer.bias[k];
    if (logit > best_logit) {
      best = k;
      best_logit = logit;
    }
  }
  float* sum = out.sums + best * layer.padded_dim;
  for (int64_t d = 0; d < layer.dim; ++d) sum[d] += x[d] * scale;
  out.mass[best] += 1;
}

/// sums += a^T x, a panel of kTile columns of x at a time: copied, because rows a power of two
/// apart share cache sets.
void add_weighted(const NetvladLayer& layer,
                  const float* x,
                  int64_t stride,
                  int64_t rows,
                  const float* a,
                  float* panel,
                  float* sums) {
  for (int64_t d = 0; d < layer.dim; d += kTile) {
    const int64_t width = layer.dim - d < kTile ? layer.dim - d : kTile;
    for (int64_t i = 0; i < rows; ++i) {
      const float* from = x + i * stride + d;
      if (width == kTile) {
        store(panel + i * kTile, load(from));
        store(panel + i * kTile + kLanes, load(from + kLanes));
      } else {
        for (int64_t j = 0; j < kTile; ++j) panel[i * kTile + j] = j < width ? from[j] : 0;
      }
    }
    int64_t k = 0;
    for (; k + kRows <= layer.clusters; k += kRows) {
      sum_tile<kRows>(a + k,
                      layer.padded_clusters,
                      panel,
                      rows,
                      sums + k * layer.padded_dim + d,
                      layer.padded_dim);
    }
    if constexpr (kRows > 1) {
      last_sum_rows<kRows - 1>(layer.clusters - k,
                               a + k,
                               layer.padded_clusters,
                               panel,
                               rows,
                               sums + k * layer.padded_dim + d,
                               layer.padded_dim);
    }
  }
}

void add_block(const NetvladLayer& layer,
               const float* x,
               int64_t stride,
               int64_t rows,
               NetvladSums out,
               float* scratch) {
  float* assignment = scratch;
  float* panel = scratch + kBlockRows * layer.padded_clusters;
  add_logits(layer, x, stride, rows, assignment);
  for (int64_t i = 0; i < rows; ++i) {
    const float* feature = x + i * stride;
    const float scale = feature_scale(layer, feature);
    float* row = assignment + i * layer.padded_clusters;
    if (layer.hard) {
      add_to_nearest(layer, feature, scale, row, out);
    } else {
      softmax_row(layer, scale, row, out.mass);
    }
  }
  if (!layer.hard) add_weighted(layer, x, stride, rows, assignment, panel, out.sums);
}

double residual(const NetvladLayer& layer,
                int64_t k,
                NetvladSums chunks,
                int64_t chunk_stride,
                int64_t num_chunks) {
  float mass = chunks.mass[k];
  for (int64_t c = 1; c < num_chunks; ++c) mass += chunks.mass[c * chunk_stride + k];
  float* sum = chunks.sums + k * layer.padded_dim;
  const float* center = layer.centers + k * layer.padded_dim;
  for (int64_t d = 0; d < layer.padded_dim; d += kLanes) {
    VecF v = load(sum + d);
    for (int64_t c = 1; c < num_chunks; ++c) v += load(sum + c * chunk_stride + d);
    store(sum + d, v - load(center + d) * mass);
  }
  if (layer.signed_sqrt) {
    for (int64_t d = 0; d < layer.padded_dim; ++d) {
      sum[d] = __builtin_copysignf(__builtin_sqrtf(__builtin_fabsf(sum[d])), sum[d]);
    }
  }
  return squared_norm(sum, layer.padded_dim);
}

NetvladKernels netvlad_kernels() { return {kTile, add_block, residual}; }

}  // namespace
}  // namespace loci::internal
