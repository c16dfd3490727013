// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/describe/describer.h"
#include "loci/describe/learn.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci::internal {

/// Random features of the photos, one matrix a branch: the same ones for any number of threads,
/// since each photo has its own random stream. Unreadable photos are passed over.
Result<std::vector<Matrix>> sample_features(const Describer& describer,
                                            std::span<const std::string> photos,
                                            const LearnOptions& options,
                                            const JobControl& job);

/// The tensors of a netvlad or vlad pooling with spec.num_clusters centers, by k-means on the
/// features (and NetVLAD's alpha by the paper's rule).
/// Errors: InvalidArgument for fewer than four features a cluster; what netvlad_from_clusters() says
Result<TensorMap> learn_clusters(const PoolingSpec& spec,
                                 Matrix features,
                                 const LearnOptions& options,
                                 const JobControl& job);

/// What adapt_model() makes of random features of so many photos, one matrix a branch.
Result<std::shared_ptr<const Model>> adapted_to(std::shared_ptr<const Model> model,
                                                std::vector<Matrix> samples,
                                                int64_t photos,
                                                const LearnOptions& options,
                                                const JobControl& job);

}  // namespace loci::internal
