// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/pooling/pooling.h"

#include <vector>

namespace loci::internal {

Result<std::unique_ptr<Pooling>> make_gem(const PoolingSpec& spec,
                                          const TensorMap& tensors,
                                          int64_t feature_dim);
Result<std::unique_ptr<Pooling>> make_max(const PoolingSpec& spec);
Result<std::unique_ptr<Pooling>> make_mean(const PoolingSpec& spec);
Result<std::unique_ptr<Pooling>> make_rmac(const PoolingSpec& spec);
Result<std::unique_ptr<Pooling>> make_cosplace(const PoolingSpec& spec,
                                               const TensorMap& tensors,
                                               int64_t feature_dim);
Result<std::unique_ptr<Pooling>> make_convap(const PoolingSpec& spec,
                                             const TensorMap& tensors,
                                             int64_t feature_dim);
Result<std::unique_ptr<Pooling>> make_mixvpr(const PoolingSpec& spec,
                                             const TensorMap& tensors,
                                             int64_t feature_dim);
Result<std::unique_ptr<Pooling>> make_salad(const PoolingSpec& spec,
                                            const TensorMap& tensors,
                                            int64_t feature_dim);

Result<std::unique_ptr<Pooling>> make_tokens(const PoolingSpec& spec,
                                             const TensorMap& tensors,
                                             int64_t feature_dim);
Result<std::unique_ptr<Pooling>> make_sage(const PoolingSpec& spec,
                                           const TensorMap& tensors,
                                           int64_t feature_dim);
Result<std::unique_ptr<Pooling>> make_regions(const PoolingSpec& spec,
                                              const TensorMap& tensors,
                                              int64_t feature_dim);

/// `pooling.p` (1 or D powers), or the spec's where there is no such tensor. Corrupt for a power
/// that is not positive.
Result<std::vector<float>> find_gem_power(const PoolingSpec& spec,
                                          const TensorMap& tensors,
                                          int64_t feature_dim);

}  // namespace loci::internal
