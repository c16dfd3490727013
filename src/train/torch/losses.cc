// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "losses.h"

#include <cmath>

namespace loci::train {
namespace {

constexpr double kComponentEps = 1e-6;  // of nn.TripletMarginLoss

LossTerms hinge(const at::Tensor& gap) {
  const at::Tensor violating = gap.detach() > 0;
  return {.sum = gap.clamp_min(0).sum(),
          .violations = violating.sum().item<int64_t>(),
          .count = gap.numel()};
}

}  // namespace

LossTerms triplet_squared(const at::Tensor& query,
                          const at::Tensor& positive,
                          const at::Tensor& negatives,
                          double margin) {
  const at::Tensor to_positive = (query - positive).square().sum();
  const at::Tensor to_negatives = (query.unsqueeze(0) - negatives).square().sum(1);
  return hinge(to_positive + margin - to_negatives);
}

LossTerms triplet_distance(const at::Tensor& query,
                           const at::Tensor& positive,
                           const at::Tensor& negatives,
                           double margin) {
  const at::Tensor to_positive = (query - positive + kComponentEps).norm();
  const at::Tensor to_negatives = (query.unsqueeze(0) - negatives + kComponentEps).norm(2, {1});
  return hinge(to_positive + std::sqrt(margin) - to_negatives);
}

}  // namespace loci::train
