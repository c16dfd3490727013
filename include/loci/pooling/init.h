// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/status.h"
#include "loci/model/tensor.h"

namespace loci {

/// NetVLAD's parameters at the start of training, or without any, from k-means centers c_k (K x D)
/// of features and a sample of those features (n x D), as Relja/netvlad addLayers.m makes them (the
/// paper's released code):
///
///     v1:  w_k = alpha c_k / |c_k|, no bias,           alpha = -ln(0.01) / mean_i(dot_1 - dot_2)
///     v2:  w_k = 2 alpha c_k,  b_k = -alpha |c_k|^2,    alpha = -ln(0.01) / mean_i(d_2^2 - d_1^2)
///
/// where 1 and 2 are the nearest and second nearest center of x_i (for v1 by the product of x_i /
/// |x_i| and c_k / |c_k|), so that on average the largest assignment is 100 times the second.
/// Centers and sample come from the features that the layer sums: unit ones where the spec says
/// normalize_features. v1 is what all of the paper's experiments use.
///
/// Returns pooling.weight, pooling.centers and, for v2, pooling.bias.
/// Errors:  InvalidArgument for fewer than two centers, widths that differ, an empty sample,
///          numbers that are not finite, a center of norm 0 (v1), or features that do not tell
///          centers apart (alpha would be infinite)
/// Cost:    n * K * D multiply-adds in float64, one thread
Result<TensorMap> netvlad_from_clusters(ConstMatrixView centers,
                                        ConstMatrixView sample_features,
                                        bool v2);

}  // namespace loci
