// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/model/model.h"
#include "loci/train/options.h"

#include <memory>
#include <span>
#include <string>

namespace loci::train {

/// The model that training starts from: `given` without its whitening, with the pooling that
/// `options.pooling` names. A NetVLAD layer that is new, or whose tensors are missing, gets its
/// clusters by k-means on features of up to 500 of `photos`, 100 each, and its assignment from them
/// (netvlad_from_clusters, the form without bias, as in the paper's experiments).
/// Errors: InvalidArgument when too few photos can be read; Unsupported pooling
Result<std::shared_ptr<const Model>> start_model(const Model& given,
                                                 std::span<const std::string> photos,
                                                 const TrainOptions& options,
                                                 const JobControl& job);

}  // namespace loci::train
