// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/learn.h"

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

Result<Features> features_of(const Describer& describer, const std::string& path, int num_threads) {
  Photo photo;
  LOCI_RETURN_IF_ERROR(read_photo(describer, path, false, &photo));
  return describer.features(photo.image, num_threads);
}

/// Random features of every photo: the same ones for any number of threads, since each photo has
/// its own random stream.
Result<Matrix> sample_features(const Describer& describer,
                               std::span<const std::string> photos,
                               const LearnOptions& options,
                               const JobControl& job) {
  std::vector<Matrix> samples(photos.size());
  std::mutex mutex;
  int64_t done = 0;
  parallel_for(
      static_cast<int64_t>(photos.size()), 1, options.num_threads, [&](int64_t i, int64_t) {
        if (job.cancelled()) return;
        const Result<Features> found = features_of(describer, photos[static_cast<size_t>(i)], 1);
        if (found.ok() && found->values.rows() > 0) {
          Rng rng(options.seed, static_cast<uint64_t>(i) + 1);
          const auto rows = rng.sample(found->values.rows(), options.features_per_image);
          Matrix& sample = samples[static_cast<size_t>(i)];
          sample = Matrix(static_cast<int64_t>(rows.size()), found->values.cols());
          for (size_t r = 0; r < rows.size(); ++r) {
            const auto row = found->values.row(rows[r]);
            std::copy(row.begin(), row.end(), sample.row(static_cast<int64_t>(r)).begin());
          }
        }
        const std::lock_guard lock(mutex);
        job.progress("looking at photos", ++done, static_cast<int64_t>(photos.size()));
      });
  if (job.cancelled()) return cancelled("stopped on request while learning; nothing was written");
  int64_t rows = 0, cols = 0;
  for (const Matrix& sample : samples) {
    rows += sample.rows();
    cols = std::max(cols, sample.cols());
  }
  Matrix all(rows, cols);
  int64_t at = 0;
  for (const Matrix& sample : samples) {
    if (!sample.empty())
      std::memcpy(all.row(at).data(), sample.data(), sample.size() * sizeof(float));
    at += sample.rows();
  }
  return all;
}

Result<TensorMap> learn_clusters(const ModelSpec& spec,
                                 Matrix features,
                                 const LearnOptions& options,
                                 const JobControl& job) {
  if (features.rows() < 4 * int64_t{options.num_clusters}) {
    return invalid_argument(
        format("the photos have %lld features, too few for %d clusters; give more photos or fewer "
               "clusters",
               static_cast<long long>(features.rows()),
               options.num_clusters));
  }
  if (spec.pooling.normalize_features) {
    for (int64_t i = 0; i < features.rows(); ++i) l2_normalize(features.row(i));
  }
  job.message("clustering " + std::to_string(features.rows()) + " features");
  LOCI_TRY(clusters,
           kmeans(features,
                  {.num_clusters = options.num_clusters,
                   .seed = options.seed,
                   .num_threads = options.num_threads},
                  job));
  if (spec.pooling.type == "netvlad")
    return netvlad_from_clusters(clusters.centers, features, /*v2=*/false);
  return TensorMap{{"pooling.centers", make_tensor(clusters.centers)}};
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
  Matrix descriptors(static_cast<int64_t>(photos.size()), describer->dim());
  int64_t rows = 0;
  LOCI_RETURN_IF_ERROR(describe_files(
      *describer,
      photos,
      options.num_threads,
      false,
      [&](size_t i, DescribedImage&& image) {
        if (image.status.ok())
          std::copy(
              image.descriptor.begin(), image.descriptor.end(), descriptors.row(rows++).begin());
        job.progress("describing for whitening",
                     static_cast<int64_t>(i) + 1,
                     static_cast<int64_t>(photos.size()));
        return true;
      },
      job));
  const int dim = whitened_dim(options.whiten_dim, rows, describer->dim());
  if (dim == 0) {
    job.message("too few photos to learn a whitening; descriptors keep their full width");
    return {};
  }
  LOCI_TRY(pca,
           fit_pca(ConstMatrixView(descriptors).rows_from(0, rows),
                   {.output_dim = dim, .num_threads = options.num_threads},
                   job));
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
    LOCI_TRY(features, sample_features(*maker, chosen, options, job));
    LOCI_TRY(clusters, learn_clusters(spec, std::move(features), options, job));
    spec.pooling.num_clusters = options.num_clusters;
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
  tensors.erase("whitening.weight");
  tensors.erase("whitening.bias");
  tensors.erase("whitening.scale");
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
