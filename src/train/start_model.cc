// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "start_model.h"

#include "loci/describe/learn.h"

namespace loci::train {
namespace {

constexpr int kPhotos = 500;
constexpr int kFeaturesPerPhoto = 100;

}  // namespace

Result<std::shared_ptr<const Model>> start_model(const Model& given,
                                                 std::span<const std::string> photos,
                                                 const TrainOptions& options,
                                                 const JobControl& job) {
  ModelSpec spec = given.spec;
  TensorMap tensors;
  const bool other = !options.pooling.empty() && options.pooling != spec.pooling.type;
  for (const auto& [name, tensor] : given.tensors) {
    const bool dropped = name.starts_with("whitening.") || name.starts_with("calibration.") ||
                         (other && name.starts_with("pooling."));
    if (!dropped) tensors[name] = tensor;
  }
  if (spec.whitening.output_dim > 0) {
    job.message("the model's whitening is dropped: it fits only the descriptors it was learnt on");
  }
  spec.whitening = {};
  if (other) spec.pooling = PoolingSpec{.type = options.pooling};
  const bool has_layer = tensors.contains("pooling.weight") && tensors.contains("pooling.centers");
  if (spec.pooling.type != "netvlad" || has_layer) return make_model(std::move(spec), tensors);
  const LearnOptions learn{.num_clusters = options.num_clusters,
                           .max_images = kPhotos,
                           .features_per_image = kFeaturesPerPhoto,
                           // Ranges of weights that have yet to learn would be out of date.
                           .calibration_images = 0,
                           .seed = options.seed,
                           .num_threads = options.num_threads};
  return learn_model(spec, tensors, photos, learn, job);
}

}  // namespace loci::train
