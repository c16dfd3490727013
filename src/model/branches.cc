// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/branches.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

namespace loci {
namespace {

std::string prefix_of(const std::string& branch) { return branch + "/"; }

void add_tensors(const std::string& branch, const TensorMap& from, TensorMap& to) {
  for (const auto& [name, tensor] : from) to[prefix_of(branch) + name] = tensor;
}

ModelSpec spec_of_branch(const Model& model) {
  ModelSpec spec = model.spec;
  spec.own_centers = false;  // the whole says it
  return spec;
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
    spec.branches.push_back(
        {.name = part.name, .weight = part.weight, .spec = spec_of_branch(*part.model)});
    add_tensors(part.name, part.model->tensors, tensors);
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
    const std::string prefix = prefix_of(branch.name);
    TensorMap tensors;
    for (auto at = model->tensors.lower_bound(prefix);
         at != model->tensors.end() && at->first.starts_with(prefix);
         ++at) {
      tensors[at->first.substr(prefix.size())] = at->second;
    }
    auto part = std::make_shared<Model>();
    part->spec = branch.spec;
    part->tensors = std::move(tensors);
    part->fingerprint = model->fingerprint + '/' + branch.name;
    parts.push_back({.name = branch.name, .weight = branch.weight, .model = std::move(part)});
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
    spec.branches[i].spec = spec_of_branch(*parts[i]);
    add_tensors(spec.branches[i].name, parts[i]->tensors, tensors);
  }
  return make_model(std::move(spec), std::move(tensors));
}

}  // namespace loci
