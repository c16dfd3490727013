// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace loci::internal {

/// Packed panels, padded widths and partial sums are multiples of this many floats: two of the
/// widest vectors.
constexpr int64_t kPad = 32;
/// Features of a block: their assignment and a panel of their columns fit the first-level cache.
constexpr int64_t kBlockRows = 78;
/// Logit of the clusters that pad K to a multiple of kPad; its exponential is 0 beside any other.
constexpr float kPadBias = -3e38f;

/// Plain numbers only: the sources compiled for one instruction set read nothing else.
struct NetvladLayer {
  int64_t dim = 0;                        ///< D
  int64_t clusters = 0;                   ///< K
  int64_t padded_dim = 0;                 ///< D rounded up to kPad
  int64_t padded_clusters = 0;            ///< K rounded up to kPad
  const float* packed_weights = nullptr;  ///< [padded_clusters / tile][D][tile]
  const float* bias = nullptr;            ///< padded_clusters, kPadBias in the padding
  const float* centers = nullptr;         ///< K x padded_dim, 0 in the padding
  int feature_norm = 0;  ///< 0 none, 1 x / max(|x|, 1e-12), 2 x / sqrt(|x|^2 + 1e-12)
  bool hard = false;     ///< the largest logit takes all (the lower index on a tie)
  bool signed_sqrt = false;
};

/// What becomes of features: rows of `weights` belong to one feature each.
struct NetvladAssignment {
  float* weights = nullptr;    ///< rows x padded_clusters: a_ik times the feature's scale; where
                               ///< assignment is hard the first number of a row is that scale
  int32_t* nearest = nullptr;  ///< rows: the cluster, where assignment is hard
  float* mass = nullptr;       ///< padded_clusters: sum_i a_ik
};

struct NetvladKernels {
  int64_t tile = 0;  ///< clusters in a panel of packed weights, columns in a call of `residuals`
  /// The assignment of `rows` <= kBlockRows features, each times its weight (null: 1); `mass` is
  /// theirs alone.
  void (*assign)(const NetvladLayer& layer,
                 const float* x,
                 int64_t stride,
                 int64_t rows,
                 const float* weights,
                 NetvladAssignment out) = nullptr;
  /// V_k = sum_i a_ik x_i - mass_k c_k for all k, columns [d, d + tile) of `sums` (K x padded_dim).
  /// squares[k] = |V_k|^2 of these columns, after the signed square root where the layer has one.
  void (*residuals)(const NetvladLayer& layer,
                    const float* x,
                    int64_t stride,
                    int64_t num_rows,
                    NetvladAssignment assignment,
                    int64_t d,
                    float* sums,
                    double* squares) = nullptr;
};

/// y[r][b] = w_r . x_b over n numbers for up to kWhiteningRows rows of W, n_images x: added to
/// `out` (rows x images).
struct WhiteningKernels {
  void (*floats)(const float* w,
                 int64_t w_stride,
                 int64_t rows,
                 const float* x,
                 int64_t x_stride,
                 int64_t images,
                 int64_t n,
                 double* out) = nullptr;
  void (*halfs)(const uint16_t* w,
                int64_t w_stride,
                int64_t rows,
                const float* x,
                int64_t x_stride,
                int64_t images,
                int64_t n,
                double* out) = nullptr;
  void (*bytes)(const int8_t* w,
                int64_t w_stride,
                int64_t rows,
                const float* x,
                int64_t x_stride,
                int64_t images,
                int64_t n,
                double* out) = nullptr;
};

/// Generalised means of `columns` <= kGemColumns neighbouring columns: out[c] = (mean_i max(x_ic,
/// floor)^p_c)^(1/p_c).
constexpr int64_t kGemColumns = 64;
using GemKernel = void (*)(const float* x,
                           int64_t stride,
                           int64_t rows,
                           int64_t columns,
                           const float* p,
                           float floor,
                           float* out);

struct PoolingKernels {
  NetvladKernels netvlad;
  WhiteningKernels whitening;
  /// Reads `size` bytes and does as little with them as possible: a checksum.
  int64_t (*read)(const uint8_t* bytes, int64_t size) = nullptr;
  GemKernel gem = nullptr;
};

PoolingKernels plain_pooling_kernels();
PoolingKernels avx2_pooling_kernels();
PoolingKernels avx512_pooling_kernels();
/// Those of loci::simd_level().
const PoolingKernels& pooling_kernels();

}  // namespace loci::internal
