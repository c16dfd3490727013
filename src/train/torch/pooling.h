// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "convert.h"

#include "loci/base/status.h"
#include "loci/model/spec.h"

#include <memory>
#include <vector>

namespace loci::train {

/// A pooling layer that learns: feature maps [B, D, h, w] in, unit descriptors [B, M] out, the
/// same numbers as `pooling` makes of the same features. Its parameters are the model's `pooling.*`
/// tensors.
class TorchPooling {
 public:
  /// netvlad (weight, optional bias, centers), gem (pooling.p, or spec.gem_p as a new one), max and
  /// mean (nothing to learn).
  /// Errors:  Unsupported for another type, NotFound or Corrupt tensors
  static Result<std::unique_ptr<TorchPooling>> create(const PoolingSpec& spec,
                                                      const TensorMap& tensors,
                                                      int64_t feature_dim,
                                                      at::TensorOptions options);
  virtual ~TorchPooling() = default;
  virtual at::Tensor pool(const at::Tensor& maps) const = 0;
  virtual int64_t output_dim() const = 0;
  const std::vector<Parameter>& parameters() const { return parameters_; }

 protected:
  std::vector<Parameter> parameters_;
};

/// x divided by its L2 norm along `dim`, by the formula of `eps` for features and clusters.
at::Tensor unit_parts(const at::Tensor& x, int64_t dim, NormEps eps);
/// Rows of [B, M] divided by their L2 norm, by the formula of `eps` for whole descriptors.
at::Tensor unit_whole(const at::Tensor& x, NormEps eps);

}  // namespace loci::train
