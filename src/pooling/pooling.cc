// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/pooling.h"

#include "layers.h"
#include "netvlad.h"

namespace loci {

Result<std::unique_ptr<Pooling>> Pooling::create(const PoolingSpec& spec,
                                                 const TensorMap& tensors,
                                                 int64_t feature_dim) {
  if (spec.type == "netvlad") return internal::make_netvlad(spec, tensors, feature_dim);
  if (spec.type == "vlad") return internal::make_vlad(spec, tensors, feature_dim);
  if (spec.type == "gem") return internal::make_gem(spec, tensors, feature_dim);
  if (spec.type == "max") return internal::make_max(spec);
  if (spec.type == "mean") return internal::make_mean(spec);
  if (spec.type == "rmac") return internal::make_rmac(spec);
  if (spec.type == "cosplace") return internal::make_cosplace(spec, tensors, feature_dim);
  if (spec.type == "convap") return internal::make_convap(spec, tensors, feature_dim);
  if (spec.type == "mixvpr") return internal::make_mixvpr(spec, tensors, feature_dim);
  if (spec.type == "salad") return internal::make_salad(spec, tensors, feature_dim);
  if (spec.type == "tokens") return internal::make_tokens(spec, tensors, feature_dim);
  if (spec.type == "sage") return internal::make_sage(spec, tensors, feature_dim);
  if (spec.type == "regions") return internal::make_regions(spec, tensors, feature_dim);
  return unsupported("pooling type '" + spec.type +
                     "'; this build knows netvlad, vlad, gem, max, mean, rmac, salad, mixvpr, "
                     "cosplace, convap, tokens, sage and regions");
}

}  // namespace loci
