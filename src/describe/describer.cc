// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/describer.h"

#include "trunks_describer.h"

#include "loci/base/text.h"
#include "loci/model/branches.h"

#include <cmath>

namespace loci {
namespace {

/// The branches that run in one pass: the b-th and those that share its network.
std::vector<size_t> sharing(const std::vector<BranchPart>& parts, size_t b) {
  std::vector<size_t> all = {b};
  for (size_t other = b + 1; other < parts.size(); ++other) {
    if (!parts[other].shares.empty() && parts[other].shares == parts[b].name) all.push_back(other);
  }
  return all;
}

Result<internal::Trunk> make_trunk(const std::vector<BranchPart>& parts,
                                   const std::vector<size_t>& branches,
                                   const DescribeOptions& options) {
  std::vector<PoolingSpec> poolings;
  for (const size_t b : branches) poolings.push_back(parts[b].model->spec.pooling);
  internal::Trunk trunk;
  LOCI_TRY(source,
           internal::FeatureSource::create(parts[branches.front()].model, poolings, options));
  trunk.source = std::move(source);
  for (size_t h = 0; h < branches.size(); ++h) {
    const Model& model = *parts[branches[h]].model;
    const int64_t feature_dim = trunk.source->feature_dim(h);
    LOCI_TRY(pooling, Pooling::create(model.spec.pooling, model.tensors, feature_dim));
    internal::Head head{.branch = branches[h], .pooling = std::move(pooling)};
    head.dim = head.pooling->output_dim(feature_dim);
    trunk.heads.push_back(std::move(head));
  }
  return trunk;
}

}  // namespace

Result<std::unique_ptr<Describer>> Describer::create(std::shared_ptr<const Model> model,
                                                     const DescribeOptions& options) {
  const std::vector<BranchPart> parts = branches_of(model);
  double weights = 0;
  for (const BranchPart& part : parts) weights += part.weight;
  std::vector<internal::Trunk> trunks;
  for (size_t b = 0; b < parts.size(); ++b) {
    if (!parts[b].shares.empty()) continue;
    Result<internal::Trunk> made = make_trunk(parts, sharing(parts, b), options);
    if (!made.ok() && !parts[b].name.empty())
      return made.status().with_context("branch " + printable(parts[b].name));
    LOCI_TRY(trunk, std::move(made));
    trunks.push_back(std::move(trunk));
  }
  // Parts of the descriptor stand in the order of the branches.
  int64_t pooled_dim = 0;
  for (size_t b = 0; b < parts.size(); ++b) {
    for (internal::Trunk& trunk : trunks) {
      for (internal::Head& head : trunk.heads) {
        if (head.branch != b) continue;
        head.begin = pooled_dim;
        head.factor = static_cast<float>(std::sqrt(parts[b].weight / weights));
        pooled_dim += head.dim;
      }
    }
  }
  std::unique_ptr<const Whitening> whitening;
  if (model->spec.whitening.output_dim > 0) {
    LOCI_TRY(layer, Whitening::create(model->spec.whitening, model->tensors, pooled_dim));
    whitening = std::move(layer);
  }
  return std::unique_ptr<Describer>(std::make_unique<internal::TrunksDescriber>(
      std::move(model), std::move(trunks), std::move(whitening), pooled_dim));
}

}  // namespace loci
