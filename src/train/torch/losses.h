// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "torch_headers.h"

#include <cstdint>

namespace loci::train {

/// A loss before it is divided, and what it is divided by once a batch is complete.
struct LossTerms {
  at::Tensor sum;          ///< scalar with gradients
  int64_t violations = 0;  ///< negatives that contribute
  int64_t count = 0;       ///< negatives there were
};

/// The paper's weakly supervised triplet ranking loss of one tuple:
///
///   sum_j max(|q - p|^2 + m - |q - n_j|^2, 0)
///
/// Squared distances, hinge not squared. The released code divides a batch's gradient by the
/// number of violating triplets in it.
/// Shapes:  query, positive [M], negatives [n, M]
/// Source:  Arandjelovic et al., CVPR 2016, eq. (7)
LossTerms triplet_squared(const at::Tensor& query,
                          const at::Tensor& positive,
                          const at::Tensor& negatives,
                          double margin);

/// The form of the PyTorch ports: sum_j max(|q - p + 1e-6| + sqrt(m) - |q - n_j + 1e-6|, 0), to be
/// divided by the number of negatives, violating or not. 1e-6 is added to every component, as
/// nn.TripletMarginLoss does; `margin` is m.
LossTerms triplet_distance(const at::Tensor& query,
                           const at::Tensor& positive,
                           const at::Tensor& negatives,
                           double margin);

}  // namespace loci::train
