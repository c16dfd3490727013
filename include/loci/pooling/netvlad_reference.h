// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/model/spec.h"

#include <span>
#include <vector>

namespace loci {

/// NetVLAD written as its equations read (arXiv 1511.07247, eq. 1 to 4), in float64 and plain
/// loops: what the fused layer is tested against, and what its gradients are derived from.
struct NetvladReference {
  MatrixOf<double> assignment;  ///< N x K
  MatrixOf<double> residuals;   ///< K x D: V_k = sum_i a_ik (x_i - c_k)
  /// After the spec's signed square root, normalisations and flattening.
  std::vector<double> descriptor;
};

/// features: N x D; weight, centers: K x D; bias: K. `hard`: the largest w_k . x + b_k takes all
/// (the lower index on a tie).
NetvladReference netvlad_reference(const PoolingSpec& spec,
                                   ConstMatrixView features,
                                   ConstMatrixView weight,
                                   std::span<const float> bias,
                                   ConstMatrixView centers,
                                   bool hard = false);

}  // namespace loci
