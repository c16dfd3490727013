// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/describe/describer.h"

#include "branched_describer.h"

#include "loci/base/progress.h"
#include "loci/describe/preprocess.h"
#include "loci/local/keypoints.h"
#include "loci/local/sift.h"
#include "loci/math/vector.h"
#include "loci/pooling/pooling.h"
#include "loci/pooling/whitening.h"

#include <algorithm>
#include <tuple>

namespace loci {

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

/// One producer of features and its pooling.
class SingleDescriber : public Describer {
 protected:
  SingleDescriber(std::shared_ptr<const Model> model,
                  std::unique_ptr<const Pooling> pooling,
                  int64_t feature_dim)
      : pooling_(std::move(pooling)) {
    model_ = std::move(model);
    pooled_dim_ = dim_ = pooling_->output_dim(feature_dim);
  }

  Status pooled(ImageView image,
                std::span<float> out,
                int num_threads,
                StageTimes* times,
                DescribedFeatures* handed_out) const override {
    LOCI_TRY(located, located_features(image, num_threads, times));
    const Stopwatch pooling;
    pooling_->pool(located.features, out, num_threads);
    if (times != nullptr) times->pooling_ms += pooling.milliseconds();
    if (handed_out != nullptr) handed_out->map = std::move(located);
    return {};
  }

  const Pooling* pooling() const override { return pooling_.get(); }

 private:
  std::unique_ptr<const Pooling> pooling_;
};

/// RootSIFT as the producer of features.
class LocalDescriber final : public SingleDescriber {
 public:
  LocalDescriber(std::shared_ptr<const Model> model,
                 std::unique_ptr<const Pooling> pooling,
                 int64_t feature_dim)
      : SingleDescriber(std::move(model), std::move(pooling), feature_dim),
        sift_(sift_options(model_->spec.local)) {}

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

/// Where the maps that a describer needs stand among a network's outputs.
struct OutputNumbers {
  size_t weights = SIZE_MAX, descriptors = SIZE_MAX, logits = SIZE_MAX, reliability = SIZE_MAX;

  OutputNumbers(const std::vector<std::string>& names, const std::string& weights_output) {
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == weights_output) weights = i;
      if (names[i] == "local_features" || (names[i] == "features" && descriptors == SIZE_MAX))
        descriptors = i;
      if (names[i] == "keypoint_logits") logits = i;
      if (names[i] == "reliability") reliability = i;
    }
  }
  bool weighted() const { return weights != SIZE_MAX; }
  bool points() const { return logits != SIZE_MAX && reliability != SIZE_MAX; }
};

/// A network as the producer of features.
class NetworkDescriber final : public SingleDescriber {
 public:
  NetworkDescriber(std::shared_ptr<const Model> model,
                   std::unique_ptr<const Pooling> pooling,
                   std::unique_ptr<Backbone> backbone)
      : SingleDescriber(std::move(model), std::move(pooling), backbone->feature_dim()),
        backbone_(std::move(backbone)),
        outputs_(backbone_->output_names(), model_->spec.pooling.weights_output) {
    note_ = backbone_->note();
  }

  DecodeOptions decode_options(int width, int height) const override {
    return decode_options_for(model_->spec.preprocessing, width, height);
  }
  Precision precision() const override { return backbone_->precision(); }
  bool has_points() const override { return outputs_.points(); }

  Result<Features> features(ImageView image, int num_threads, StageTimes* times) const override {
    return run(image, num_threads, times, nullptr);
  }
  Result<LocatedFeatures> located_features(ImageView image,
                                           int num_threads,
                                           StageTimes* times) const override {
    LOCI_TRY(map, features(image, num_threads, times));
    return locate(std::move(map), image);
  }

 private:
  Status pooled(ImageView image,
                std::span<float> out,
                int num_threads,
                StageTimes* times,
                DescribedFeatures* handed_out) const override {
    LocatedFeatures* points = handed_out != nullptr ? &handed_out->points : nullptr;
    LOCI_TRY(map, run(image, num_threads, times, points));
    const Stopwatch watch;
    pooling()->pool(map, out, num_threads);
    if (times != nullptr) times->pooling_ms += watch.milliseconds();
    if (handed_out != nullptr) handed_out->map = locate(std::move(map), image);
    return {};
  }

  /// The features to pool, with their weights, and the keypoints where they are wanted.
  Result<Features> run(ImageView image,
                       int num_threads,
                       StageTimes* times,
                       LocatedFeatures* points) const {
    const Stopwatch resizing;
    LOCI_TRY(input, preprocess(model_->spec.preprocessing, image));
    if (times != nullptr) times->resize_ms += resizing.milliseconds();
    const Stopwatch running;
    const float* values = input.values.data();
    const bool with_points = points != nullptr && outputs_.points();
    Features map;
    if (!with_points && !outputs_.weighted()) {
      LOCI_TRY(maps, backbone_->run(values, 1, input.height, input.width, num_threads));
      map = std::move(maps.front());
    } else {
      LOCI_TRY(maps, backbone_->run_outputs(values, 1, input.height, input.width, num_threads));
      if (with_points) *points = keypoints(maps, image);
      if (outputs_.weighted()) {
        const Matrix& weights = maps[outputs_.weights].front().values;
        maps.front().front().weights.assign(weights.data(), weights.data() + weights.size());
      }
      map = std::move(maps.front().front());
    }
    if (times != nullptr) times->features_ms += running.milliseconds();
    return map;
  }

  LocatedFeatures keypoints(const std::vector<std::vector<Features>>& maps, ImageView image) const {
    const Features& descriptors = maps[outputs_.descriptors].front();
    const Matrix& reliability = maps[outputs_.reliability].front().values;
    return sparse_keypoints({.descriptors = descriptors.values,
                             .logits = maps[outputs_.logits].front().values,
                             .reliability = {reliability.data(), reliability.size()},
                             .height = descriptors.height,
                             .width = descriptors.width},
                            image.width,
                            image.height);
  }

  std::unique_ptr<Backbone> backbone_;
  OutputNumbers outputs_;
};

Result<std::unique_ptr<Describer>> make_single(std::shared_ptr<const Model> model,
                                               const DescribeOptions& options) {
  constexpr int64_t kSiftDim = 128;
  const ModelSpec& spec = model->spec;
  if (spec.features != "network") {
    LOCI_TRY(pooling, Pooling::create(spec.pooling, model->tensors, kSiftDim));
    return std::unique_ptr<Describer>(
        std::make_unique<LocalDescriber>(std::move(model), std::move(pooling), kSiftDim));
  }
  LOCI_TRY(backbone,
           Backbone::create(model,
                            {.precision = options.precision,
                             .num_threads = options.num_threads,
                             .kernel_choice = options.kernel_choice,
                             .kernel_cache = options.kernel_cache}));
  LOCI_TRY(pooling, Pooling::create(spec.pooling, model->tensors, backbone->feature_dim()));
  if (const std::string& weights = spec.pooling.weights_output;
      !weights.empty() &&
      std::ranges::find(backbone->output_names(), weights) == backbone->output_names().end()) {
    return corrupt("model '" + spec.name + "': its pooling is weighted by '" + weights +
                   "', which is no output of its network");
  }
  return std::unique_ptr<Describer>(std::make_unique<NetworkDescriber>(
      std::move(model), std::move(pooling), std::move(backbone)));
}

}  // namespace

Result<std::unique_ptr<Describer>> Describer::create(std::shared_ptr<const Model> model,
                                                     const DescribeOptions& options) {
  const bool single = model->spec.branches.empty();
  LOCI_TRY(
      made,
      single ? make_single(model, options) : internal::make_branched_describer(model, options));
  const WhiteningSpec& whitening = model->spec.whitening;
  if (whitening.output_dim > 0) {
    LOCI_TRY(layer, Whitening::create(whitening, model->tensors, made->pooled_dim_));
    made->dim_ = layer->output_dim();
    made->whitening_ = std::move(layer);
  }
  return made;
}

Result<std::vector<Features>> Describer::branch_features(ImageView image, int num_threads) const {
  LOCI_TRY(only, features(image, num_threads));
  std::vector<Features> all;
  all.push_back(std::move(only));
  return all;
}

Status Describer::describe(ImageView image,
                           std::span<float> out,
                           int num_threads,
                           StageTimes* times,
                           DescribedFeatures* features) const {
  LOCI_REQUIRE(static_cast<int64_t>(out.size()) == dim_, "room for exactly one descriptor");
  if (whitening_ == nullptr) return pooled(image, out, num_threads, times, features);
  Matrix whole(1, pooled_dim_);
  LOCI_RETURN_IF_ERROR(pooled(image, whole.row(0), num_threads, times, features));
  const Stopwatch watch;
  whitening_->apply(whole, MatrixView<float>(out.data(), 1, dim_), num_threads);
  if (times != nullptr) times->whitening_ms += watch.milliseconds();
  return {};
}

Status Describer::pool(const FeaturesView& features, std::span<float> out, int num_threads) const {
  LOCI_REQUIRE(static_cast<int64_t>(out.size()) == dim_, "room for exactly one descriptor");
  if (pooling() == nullptr) {
    return unsupported("model '" + model_->spec.name +
                       "' has several branches; pool the features of one of them");
  }
  if (whitening_ == nullptr) {
    pooling()->pool(features, out, num_threads);
    return {};
  }
  Matrix whole(1, pooled_dim_);
  pooling()->pool(features, whole.row(0), num_threads);
  whitening_->apply(whole, MatrixView<float>(out.data(), 1, dim_), num_threads);
  return {};
}

}  // namespace loci
