// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/describe/describer.h"
#include "loci/describe/learn.h"

#include <memory>
#include <span>
#include <string>

namespace loci {

/// Fewer photos than this keep the model's prior centers.
constexpr int64_t kLeastPhotosForOwnCenters = 10;

/// What adapt_model() draws from a collection: enough features for the centers to stop moving,
/// from few enough photos that learning costs a fraction of describing a thousand.
LearnOptions adapt_options();

/// The model with the centers of every NetVLAD or VLAD branch learnt anew by k-means from the
/// photos' own features, and NetVLAD's alpha by the paper's rule. A vocabulary belongs to a
/// collection: on unfamiliar places it is the frozen centers of a model that fail. Networks,
/// number of clusters, weights and preprocessing stay; a whitening goes, since it was learnt for
/// the old centers; the record tells how many photos there were and which model it was.
/// Errors: InvalidArgument for a model without such a branch, one whose networks were not made for
///         it is adapted all the same (the caller decides, ModelSpec::own_centers), or when too few
///         photos can be read; Cancelled
/// Cost:   one description of options.max_images photos, and k-means on
///         max_images * features_per_image features a branch
/// Source: Arandjelovic and Zisserman, All about VLAD, CVPR 2013, sec. 3 (adaptation); Arandjelovic
///         et al., CVPR 2016, appendix A (alpha)
Result<std::shared_ptr<const Model>> adapt_model(std::shared_ptr<const Model> model,
                                                 std::span<const std::string> photos,
                                                 const LearnOptions& options,
                                                 const DescribeOptions& describe = {},
                                                 const JobControl& job = {});

enum class Adapt {
  kAuto,    ///< models that say own_centers, where there are photos enough
  kAlways,  ///< any model with centers
  kNever,
};
/// auto, always, never. InvalidArgument for any other word.
Result<Adapt> parse_adapt(const std::string& text);

/// The model that a collection of these photos uses: adapt_model() as `adapt` says, or the model
/// itself. Fewer photos than kLeastPhotosForOwnCenters keep the prior centers, and kAlways says so
/// through `job`.
Result<std::shared_ptr<const Model>> model_for_collection(std::shared_ptr<const Model> model,
                                                          std::span<const std::string> photos,
                                                          Adapt adapt,
                                                          const DescribeOptions& describe = {},
                                                          const JobControl& job = {});

/// The fingerprint of the model that `model` was adapted from, or its own where it was not.
std::string base_fingerprint(const Model& model);
/// Photos that the centers were learnt from: the collection's number then; 0 for prior centers.
int64_t adapted_to_photos(const Model& model);
/// Why a collection of `photos` photos should learn its centers anew, or "": it has ten times as
/// many as they were learnt from, or prior centers although it has enough for own ones.
std::string outgrown(const Model& model, int64_t photos);

}  // namespace loci
