// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>
#include <string>
#include <vector>

namespace loci {

/// A describer that becomes a branch of a larger model.
struct BranchPart {
  std::string name;
  double weight = 1;
  std::shared_ptr<const Model> model;
  std::string shares =
      {};  ///< as Branch::shares: of `model`, only the pooling is this branch's own
  bool fixed_centers = false;  ///< as Branch::fixed_centers
};

/// One model of several, side by side (Branch has the formula). Tensors are shared, not copied.
/// Errors: InvalidArgument for no part, a name that is unfit or there twice, a weight that is not
///         above 0, or a part that has branches or whitening itself
Result<std::shared_ptr<const Model>> join_branches(const std::string& name,
                                                   const std::vector<BranchPart>& parts,
                                                   bool own_centers);

/// The describers that a model is made of: its branches as whole models of their own (one that
/// shares a network has it as well), or the model itself, named "", where it has none. Tensors are
/// shared, not copied.
std::vector<BranchPart> branches_of(std::shared_ptr<const Model> model);

/// `model` with other parts, in the same order; names, weights, whitening and record stay. For a
/// model without branches the only part takes its place.
std::shared_ptr<const Model> with_branches(const Model& model,
                                           const std::vector<std::shared_ptr<const Model>>& parts);

}  // namespace loci
