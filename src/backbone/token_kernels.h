// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "map_kernels.h"

namespace loci::internal {

/// One head of one image: softmax(scale * q k^T) v for some of its queries.
struct AttentionArgs {
  const float *q, *k, *v;  ///< their first rows
  long q_stride, k_stride, v_stride;
  long queries, keys, dim, value_dim;
  float scale;
  float* scratch;  ///< attention_floats() of it, aligned to 64 bytes
  void* out;       ///< rows of out_stride elements
  long out_stride;
  Element element;  ///< kFloat or kBf16
};

/// Loops over rows of tokens, by instruction set.
struct TokenKernels {
  long query_rows;  ///< queries that go through the keys together
  /// Scores of `query_rows` queries against all keys are the largest thing it holds.
  void (*attend)(const AttentionArgs& args);
  long (*attention_floats)(long keys, long dim, long value_dim);
  /// dst[c] = (src[c] - mean) / sqrt(variance + eps) * weight[c] + bias[c]
  void (*layer_norm)(const float* src,
                     long channels,
                     const float* weight,
                     const float* bias,
                     float eps,
                     float* dst);
  /// dst[c] = a[c] / (1 + exp(-a[c])) * b[c]
  void (*swiglu)(const float* a, const float* b, long channels, float* dst);
};

const TokenKernels& token_kernels(SimdLevel level);
const TokenKernels& token_kernels_plain();
const TokenKernels& token_kernels_avx2();
const TokenKernels& token_kernels_avx512();

}  // namespace loci::internal
