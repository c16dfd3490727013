// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/tensor.h"

#include <string>

namespace loci {

/// What a batch normalisation learned, each of one value a channel.
struct BatchNorm {
  Tensor gamma, beta, mean, variance;
  double eps = 1e-5;
};

struct ConvWeights {
  Tensor weight;  ///< [out, in/groups, kh, kw]
  Tensor bias;    ///< [out]
};

/// Puts a batch normalisation that follows a convolution into the convolution, as networks for
/// inference have it:
///
///   weight'(o, ...) = weight(o, ...) * g_o,   bias'(o) = beta_o + (bias_o - mean_o) * g_o,
///   g_o = gamma_o / sqrt(variance_o + eps)
///
/// Shapes:  weight [out, in/groups, kh, kw]; `bias` [out], or null for none; statistics [out];
///          computed in float64
/// Errors:  Corrupt with `name` for another number of channels or a variance below zero
Result<ConvWeights> fold_batch_norm(const std::string& name,
                                    const Tensor& weight,
                                    const Tensor* bias,
                                    const BatchNorm& norm);

}  // namespace loci
