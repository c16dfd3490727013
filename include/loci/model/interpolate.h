// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/model/model.h"

#include <memory>

namespace loci {

/// The model between two of one network and pooling: (1 - share) * a + share * b, tensor by tensor
/// in float32. Halfway between a start and what was trained from it often keeps most of both: the
/// start's robustness and the training's gain (Wortsman et al., Robust fine-tuning of zero-shot
/// models, CVPR 2022). Activation ranges belong to neither and are left out, and so is a whitening;
/// spec, name and record are those of `a`.
/// Errors: InvalidArgument for a share outside 0 to 1, for networks or poolings that differ, and
/// with the tensor's name for shapes that differ
/// Cost: one pass over the weights
Result<std::shared_ptr<const Model>> interpolate_models(const Model& a,
                                                        const Model& b,
                                                        double share);

}  // namespace loci
