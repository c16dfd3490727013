// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/branches.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

namespace loci {
namespace {

std::string prefix_of(const std::string& branch) { return branch + "/"; }

bool of_pooling(const std::string& tensor) { return tensor.starts_with("pooling."); }

/// All of them, or only those of the pooling where the network is another branch's.
void add_tensors(const Branch& branch, const TensorMap& from, TensorMap& to) {
  for (const auto& [name, tensor] : from) {
    if (branch.shares.empty() || of_pooling(name)) to[prefix_of(branch.name) + name] = tensor;
  }
}

ModelSpec spec_of_branch(const Model& model, const std::string& shares) {
  ModelSpec spec = model.spec;
  spec.own_centers = false;  // the whole says it
  if (shares.empty()) return spec;
  spec.preprocessing = {};
  spec.network = {};
  return spec;
}

/// What a branch has of its own.
BranchPart own_part(const Model& model, const Branch& branch) {
  const std::string prefix = prefix_of(branch.name);
  auto part = std::make_shared<Model>();
  for (auto at = model.tensors.lower_bound(prefix);
       at != model.tensors.end() && at->first.starts_with(prefix);
       ++at) {
    part->tensors[at->first.substr(prefix.size())] = at->second;
  }
  part->spec = branch.spec;
  part->fingerprint = model.fingerprint + '/' + branch.name;
  return {.name = branch.name,
          .weight = branch.weight,
          .model = std::move(part),
          .shares = branch.shares,
          .fixed_centers = branch.fixed_centers};
}

/// The same with the network of the branch that it shares.
BranchPart completed(BranchPart part, const Model& owner) {
  auto whole = std::make_shared<Model>(*part.model);
  whole->spec.preprocessing = owner.spec.preprocessing;
  whole->spec.network = owner.spec.network;
  for (const auto& [name, tensor] : owner.tensors) {
    if (!of_pooling(name)) whole->tensors[name] = tensor;
  }
  part.model = std::move(whole);
  return part;
}

}  // namespace

Result<std::shared_ptr<const Model>> join_branches(const std::string& name,
                                                   const std::vector<BranchPart>& parts,
                                                   bool own_centers) {
  if (parts.empty()) return invalid_argument("a model needs at least one branch");
  ModelSpec spec;
  spec.name = name;
  spec.own_centers = own_centers;
  TensorMap tensors;
  for (const BranchPart& part : parts) {
    LOCI_REQUIRE(part.model != nullptr, "a branch has a model");
    if (!part.model->spec.branches.empty() || part.model->spec.whitening.output_dim > 0) {
      return invalid_argument("branch '" + printable(part.name) +
                              "': its model has branches or a whitening of its own; join the "
                              "models that it was made of");
    }
    spec.branches.push_back({.name = part.name,
                             .shares = part.shares,
                             .weight = part.weight,
                             .fixed_centers = part.fixed_centers,
                             .spec = spec_of_branch(*part.model, part.shares)});
    add_tensors(spec.branches.back(), part.model->tensors, tensors);
  }
  // Names and weights are checked where a file's are.
  Result<ModelSpec> checked = parse_spec(to_json(spec), "the joined model");
  if (!checked.ok()) return invalid_argument(checked.status().message());
  return make_model(std::move(*checked), std::move(tensors));
}

std::vector<BranchPart> branches_of(std::shared_ptr<const Model> model) {
  LOCI_REQUIRE(model != nullptr, "there is a model");
  if (model->spec.branches.empty()) return {{.name = "", .weight = 1, .model = std::move(model)}};
  std::vector<BranchPart> parts;
  for (const Branch& branch : model->spec.branches) {
    BranchPart part = own_part(*model, branch);
    for (const BranchPart& earlier : parts) {
      if (earlier.name == branch.shares) part = completed(std::move(part), *earlier.model);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

std::shared_ptr<const Model> with_branches(const Model& model,
                                           const std::vector<std::shared_ptr<const Model>>& parts) {
  const size_t expected = std::max<size_t>(1, model.spec.branches.size());
  LOCI_REQUIRE(parts.size() == expected, "one part for each branch");
  if (model.spec.branches.empty()) return parts.front();
  ModelSpec spec = model.spec;
  TensorMap tensors;
  for (const auto& [name, tensor] : model.tensors) {
    if (name.find('/') == std::string::npos) tensors[name] = tensor;
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    Branch& branch = spec.branches[i];
    branch.spec = spec_of_branch(*parts[i], branch.shares);
    add_tensors(branch, parts[i]->tensors, tensors);
  }
  return make_model(std::move(spec), std::move(tensors));
}

}  // namespace loci
