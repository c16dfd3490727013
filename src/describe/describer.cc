// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/describer.h"

#include "loci/base/progress.h"
#include "loci/describe/preprocess.h"
#include "loci/local/sift.h"
#include "loci/math/vector.h"
#include "loci/pooling/pooling.h"
#include "loci/pooling/whitening.h"

#include <tuple>

namespace loci {

struct Describer::Parts {
  std::unique_ptr<Pooling> pooling;
  std::unique_ptr<Whitening> whitening;  // null: none
  int64_t pooled_dim = 0;
};

namespace {

SiftOptions sift_options(const LocalSpec& spec) {
  return {.dense = spec.dense,
          .step_px = spec.step_px,
          .num_scales = spec.num_scales,
          .first_bin_px = spec.first_bin_px,
          .min_contrast = spec.min_contrast,
          .max_features = spec.max_features,
          .upright = spec.upright,
          .min_side_px = spec.min_side_px,
          .max_side_px = spec.max_side_px};
}

/// RootSIFT as the producer of features.
class LocalDescriber final : public Describer {
 public:
  LocalDescriber(std::shared_ptr<const Model> model,
                 std::shared_ptr<const Parts> parts,
                 int64_t dim) {
    model_ = std::move(model);
    parts_ = std::move(parts);
    dim_ = dim;
    sift_ = sift_options(model_->spec.local);
  }

  DecodeOptions decode_options(int width, int height) const override {
    DecodeOptions options;
    std::tie(options.wanted_width, options.wanted_height) = sift_working_size(width, height, sift_);
    return options;
  }
  Precision precision() const override { return Precision::kFp32; }

  Result<Features> features(ImageView image, int, StageTimes* times) const override {
    LOCI_TRY(located, located_features(image, 1, times));
    return std::move(located.features);
  }
  Result<LocatedFeatures> located_features(ImageView image, int, StageTimes* times) const override {
    const Stopwatch watch;
    LOCI_TRY(local, extract_root_sift(image, sift_));
    if (times != nullptr) times->features_ms += watch.milliseconds();
    return LocatedFeatures{.features = std::move(local.features),
                           .keypoints = std::move(local.keypoints),
                           .width = image.width,
                           .height = image.height};
  }

 private:
  SiftOptions sift_;
};

/// A feature of a map stands for the middle of its cell.
LocatedFeatures locate(Features map, ImageView image) {
  LocatedFeatures located;
  const auto cell_x = static_cast<float>(image.width) / static_cast<float>(map.width);
  const auto cell_y = static_cast<float>(image.height) / static_cast<float>(map.height);
  for (int64_t y = 0; y < map.height; ++y) {
    for (int64_t x = 0; x < map.width; ++x) {
      located.keypoints.push_back({.x = (static_cast<float>(x) + 0.5f) * cell_x - 0.5f,
                                   .y = (static_cast<float>(y) + 0.5f) * cell_y - 0.5f,
                                   .size_px = 0.5f * (cell_x + cell_y)});
    }
  }
  located.width = image.width;
  located.height = image.height;
  located.accuracy_px = 0.25 * static_cast<double>(cell_x + cell_y);
  located.features = std::move(map);
  return located;
}

/// A network as the producer of features.
class NetworkDescriber final : public Describer {
 public:
  NetworkDescriber(std::shared_ptr<const Model> model,
                   std::shared_ptr<const Parts> parts,
                   int64_t dim,
                   std::unique_ptr<Backbone> backbone)
      : backbone_(std::move(backbone)) {
    model_ = std::move(model);
    parts_ = std::move(parts);
    note_ = backbone_->note();
    dim_ = dim;
  }

  DecodeOptions decode_options(int width, int height) const override {
    return decode_options_for(model_->spec.preprocessing, width, height);
  }
  Precision precision() const override { return backbone_->precision(); }

  Result<Features> features(ImageView image, int num_threads, StageTimes* times) const override {
    const Stopwatch resizing;
    LOCI_TRY(input, preprocess(model_->spec.preprocessing, image));
    if (times != nullptr) times->resize_ms += resizing.milliseconds();
    const Stopwatch running;
    LOCI_TRY(maps, backbone_->run(input.values.data(), 1, input.height, input.width, num_threads));
    if (times != nullptr) times->features_ms += running.milliseconds();
    return std::move(maps.front());
  }
  Result<LocatedFeatures> located_features(ImageView image,
                                           int num_threads,
                                           StageTimes* times) const override {
    LOCI_TRY(map, features(image, num_threads, times));
    return locate(std::move(map), image);
  }

 private:
  std::unique_ptr<Backbone> backbone_;
};

}  // namespace

Result<std::unique_ptr<Describer>> Describer::create(std::shared_ptr<const Model> model,
                                                     const DescribeOptions& options) {
  const ModelSpec& spec = model->spec;
  std::unique_ptr<Backbone> backbone;
  int64_t feature_dim = 128;
  if (spec.features == "network") {
    LOCI_TRY(made,
             Backbone::create(model,
                              {.precision = options.precision,
                               .num_threads = options.num_threads,
                               .kernel_choice = options.kernel_choice,
                               .kernel_cache = options.kernel_cache}));
    backbone = std::move(made);
    feature_dim = backbone->feature_dim();
  }
  auto parts = std::make_shared<Parts>();
  LOCI_TRY(pooling, Pooling::create(spec.pooling, model->tensors, feature_dim));
  parts->pooling = std::move(pooling);
  parts->pooled_dim = parts->pooling->output_dim(feature_dim);
  int64_t dim = parts->pooled_dim;
  if (spec.whitening.output_dim > 0) {
    LOCI_TRY(whitening, Whitening::create(spec.whitening, model->tensors, parts->pooled_dim));
    parts->whitening = std::move(whitening);
    dim = parts->whitening->output_dim();
  }
  if (backbone != nullptr) {
    return std::unique_ptr<Describer>(std::make_unique<NetworkDescriber>(
        std::move(model), std::move(parts), dim, std::move(backbone)));
  }
  return std::unique_ptr<Describer>(
      std::make_unique<LocalDescriber>(std::move(model), std::move(parts), dim));
}

Status Describer::describe(ImageView image,
                           std::span<float> out,
                           int num_threads,
                           StageTimes* times) const {
  LOCI_TRY(found, features(image, num_threads, times));
  return pool(found, out, num_threads, times);
}

Status Describer::pool(const FeaturesView& features,
                       std::span<float> out,
                       int num_threads,
                       StageTimes* times) const {
  LOCI_REQUIRE(static_cast<int64_t>(out.size()) == dim_, "room for exactly one descriptor");
  const Stopwatch pooling;
  if (parts_->whitening == nullptr) {
    parts_->pooling->pool(features, out, num_threads);
    if (times != nullptr) times->pooling_ms += pooling.milliseconds();
    return {};
  }
  Matrix pooled(1, parts_->pooled_dim);
  parts_->pooling->pool(features, pooled.row(0), num_threads);
  if (times != nullptr) times->pooling_ms += pooling.milliseconds();
  const Stopwatch whitening;
  parts_->whitening->apply(pooled, MatrixView<float>(out.data(), 1, dim_), num_threads);
  if (times != nullptr) times->whitening_ms += whitening.milliseconds();
  return {};
}

}  // namespace loci
