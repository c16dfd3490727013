// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/learn.h"

#include "describe_rows.h"
#include "learn_centers.h"
#include "read_photo.h"

#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/describe/describer.h"
#include "loci/math/kmeans.h"
#include "loci/math/pca.h"
#include "loci/math/vector.h"
#include "loci/pooling/init.h"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace loci {
namespace {

constexpr int kMinPhotosPerWhitenedDimension = 2;
constexpr int kMinWhitenedDim = 16;

/// A describer that only makes features: the model with a pooling that needs no tensors.
Result<std::unique_ptr<Describer>> feature_maker(const ModelSpec& start,
                                                 const TensorMap& network_weights,
                                                 int num_threads) {
  ModelSpec spec = start;
  spec.pooling = PoolingSpec{.type = "mean"};
  spec.whitening = {};
  return Describer::create(make_model(std::move(spec), network_weights),
                           {.precision = Precision::kFp32,
                            .num_threads = num_threads,
                            .kernel_choice = KernelChoice::kWinograd});
}

/// Width of the whitened descriptor that this many photos support; 0 for none.
int whitened_dim(int wanted, int64_t photos, int64_t pooled_dim) {
  const int64_t supported = std::min<int64_t>(photos / kMinPhotosPerWhitenedDimension, pooled_dim);
  const auto dim = static_cast<int>(std::min<int64_t>(wanted, supported));
  return dim < kMinWhitenedDim ? 0 : dim;
}

Status learn_whitening(ModelSpec& spec,
                       TensorMap& tensors,
                       std::span<const std::string> photos,
                       const LearnOptions& options,
                       const JobControl& job) {
  LOCI_TRY(describer,
           Describer::create(make_model(spec, tensors),
                             {.precision = Precision::kFp32,
                              .num_threads = options.num_threads,
                              .kernel_choice = KernelChoice::kWinograd}));
  LOCI_TRY(described,
           internal::describe_rows(
               *describer, photos, options.num_threads, "describing for whitening", job));
  const int dim = whitened_dim(options.whiten_dim, described.count, describer->dim());
  if (dim == 0) {
    job.message("too few photos to learn a whitening; descriptors keep their full width");
    return {};
  }
  LOCI_TRY(pca,
           fit_pca(described.rows(), {.output_dim = dim, .num_threads = options.num_threads}, job));
  spec.whitening = {.output_dim = static_cast<int>(pca.projection.rows()), .final_norm = true};
  tensors["whitening.weight"] = make_tensor(pca.projection);
  tensors["whitening.bias"] =
      make_tensor({pca.projection.rows()}, std::span<const float>(pca.bias));
  return {};
}

}  // namespace

Result<std::shared_ptr<const Model>> learn_model(const ModelSpec& start,
                                                 const TensorMap& network_weights,
                                                 std::span<const std::string> photos,
                                                 const LearnOptions& options,
                                                 const JobControl& job) {
  std::vector<std::string> chosen;
  Rng rng(options.seed, "photos");
  for (const int64_t i : rng.sample(static_cast<int64_t>(photos.size()), options.max_images)) {
    chosen.push_back(photos[static_cast<size_t>(i)]);
  }
  ModelSpec spec = start;
  TensorMap tensors = network_weights;
  const bool has_clusters = spec.pooling.type == "vlad" || spec.pooling.type == "netvlad";
  if (has_clusters && !(options.keep_clusters && tensors.contains("pooling.centers"))) {
    LOCI_TRY(maker, feature_maker(start, network_weights, options.num_threads));
    LOCI_TRY(samples, internal::sample_features(*maker, chosen, options, job));
    spec.pooling.num_clusters = options.num_clusters;
    LOCI_TRY(clusters,
             internal::learn_clusters(spec.pooling, std::move(samples.front()), options, job));
    for (auto& [name, tensor] : clusters) tensors[name] = std::move(tensor);
  }
  if (options.whiten_dim > 0)
    LOCI_RETURN_IF_ERROR(learn_whitening(spec, tensors, chosen, options, job));
  auto model = make_model(std::move(spec), std::move(tensors));
  if (model->spec.features != "network" || options.calibration_images == 0) return model;
  LOCI_TRY(calibration, calibrate_model(std::move(model), chosen, options, job));
  return calibration.model;
}

Result<std::shared_ptr<const Model>> add_whitening(const Model& model,
                                                   std::span<const std::string> photos,
                                                   const LearnOptions& options,
                                                   const JobControl& job) {
  ModelSpec spec = model.spec;
  TensorMap tensors = model.tensors;
  spec.whitening = {};
  std::erase_if(tensors, [](const auto& item) { return item.first.starts_with("whitening."); });
  LOCI_RETURN_IF_ERROR(learn_whitening(spec, tensors, photos, options, job));
  return make_model(std::move(spec), std::move(tensors));
}

ModelSpec rootsift_vlad_spec() {
  ModelSpec spec;
  spec.name = "rootsift-vlad";
  spec.features = "rootsift";
  spec.pooling.type = "vlad";
  spec.pooling.normalize_features = false;  // RootSIFT already has unit norm
  return spec;
}

}  // namespace loci
