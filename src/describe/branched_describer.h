// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/describe/describer.h"

#include <memory>

namespace loci::internal {

/// A describer for each branch of the model over one decoded image (Branch has the formula).
/// Errors: what Describer::create() gives for a branch, with its name
Result<std::unique_ptr<Describer>> make_branched_describer(std::shared_ptr<const Model> model,
                                                           const DescribeOptions& options);

}  // namespace loci::internal
