// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/math/discriminant.h"
#include "loci/model/model.h"
#include "loci/train/projection.h"

#include <memory>

namespace loci::train {

/// What a model remembers of its projection.
struct ProjectionRecord {
  ProjectionOptions options;
  int64_t photos = 0, pairs = 0;
};

/// InvalidArgument for a model that can take no projection (learn_projection() says which).
Status check_projectable(const Model& model);

/// The model with the two operators, and without what was learnt for other features: centers,
/// whitening, activation ranges.
std::shared_ptr<const Model> with_projection(const Model& model,
                                             const Discriminant& projection,
                                             const ProjectionRecord& record);

}  // namespace loci::train
