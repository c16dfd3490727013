// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "feature_source.h"

#include "loci/base/progress.h"
#include "loci/base/text.h"
#include "loci/describe/preprocess.h"
#include "loci/local/keypoints.h"
#include "loci/local/sift.h"
#include "loci/model/architectures.h"

#include <algorithm>
#include <tuple>

namespace loci::internal {
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

class SiftSource final : public FeatureSource {
 public:
  SiftSource(const LocalSpec& spec, size_t num_poolings)
      : sift_(sift_options(spec)), num_poolings_(num_poolings) {}

  int64_t feature_dim(size_t) const override { return 128; }
  DecodeOptions decode_options(int width, int height) const override {
    DecodeOptions options;
    std::tie(options.wanted_width, options.wanted_height) = sift_working_size(width, height, sift_);
    return options;
  }
  Precision precision() const override { return Precision::kFp32; }
  const std::string& note() const override { return note_; }
  bool has_points() const override { return false; }

  Result<SourceFeatures> run(ImageView image, bool, bool, int, StageTimes* times) const override {
    const Stopwatch watch;
    LOCI_TRY(local, extract_root_sift(image, sift_));
    if (times != nullptr) times->features_ms += watch.milliseconds();
    const LocatedFeatures made{.features = std::move(local.features),
                               .keypoints = std::move(local.keypoints),
                               .width = image.width,
                               .height = image.height};
    return SourceFeatures{
        .maps = std::vector<LocatedFeatures>(num_poolings_, made), .places = {}, .points = {}};
  }

 private:
  SiftOptions sift_;
  size_t num_poolings_;
  std::string note_;
};

/// A feature of a map stands for the middle of its cell.
void locate_cells(ImageView image, const MapPlaces& map, LocatedFeatures& located) {
  const auto cell_x = static_cast<float>(image.width) / static_cast<float>(map.width);
  const auto cell_y = static_cast<float>(image.height) / static_cast<float>(map.height);
  for (int64_t y = 0; y < map.height; ++y) {
    for (int64_t x = 0; x < map.width; ++x) {
      located.keypoints.push_back({.x = (static_cast<float>(x) + 0.5f) * cell_x - 0.5f,
                                   .y = (static_cast<float>(y) + 0.5f) * cell_y - 0.5f,
                                   .size_px = 0.5f * (cell_x + cell_y)});
    }
  }
  located.accuracy_px = 0.25 * static_cast<double>(cell_x + cell_y);
}

/// Where maps stand among a network's outputs.
class Outputs {
 public:
  static Result<Outputs> of(const Model& model, std::span<const PoolingSpec> poolings) {
    const Network& network = model.spec.network;
    Outputs found;
    for (const NetworkOutput& each : outputs_of(network)) found.names_.push_back(each.name);
    for (const PoolingSpec& pooling : poolings) {
      Pooled pooled;
      LOCI_TRY(features, found.find(model, pooling.features_output));
      pooled.features = features;
      if (!pooling.weights_output.empty()) {
        LOCI_TRY(weights, found.find(model, pooling.weights_output));
        pooled.weights = static_cast<int>(weights);
      }
      found.pooled.push_back(pooled);
    }
    const auto number = [&](const char* name) {
      const auto at = std::ranges::find(found.names_, name);
      return at == found.names_.end() ? -1 : static_cast<int>(at - found.names_.begin());
    };
    found.logits = number("keypoint_logits");
    found.reliability = number("reliability");
    found.descriptors = std::max(0, number("local_features"));
    return found;
  }

  struct Pooled {
    size_t features = 0;
    int weights = -1;  // none
  };
  std::vector<Pooled> pooled;
  int descriptors = 0, logits = -1, reliability = -1;

  bool points() const { return logits >= 0 && reliability >= 0; }
  bool only_first() const {
    return std::ranges::all_of(pooled,
                               [](const Pooled& p) { return p.features == 0 && p.weights < 0; });
  }

 private:
  Result<size_t> find(const Model& model, const std::string& name) const {
    if (name.empty()) return size_t{0};
    const auto at = std::ranges::find(names_, name);
    if (at != names_.end()) return static_cast<size_t>(at - names_.begin());
    return corrupt("model '" + printable(model.spec.name) + "': its pooling asks for the output '" +
                   printable(name) + "', which its network does not have");
  }
  std::vector<std::string> names_;
};

class NetworkSource final : public FeatureSource {
 public:
  NetworkSource(std::shared_ptr<const Model> model,
                std::unique_ptr<Backbone> backbone,
                Outputs outputs,
                std::vector<int64_t> dims)
      : model_(std::move(model)),
        backbone_(std::move(backbone)),
        outputs_(std::move(outputs)),
        dims_(std::move(dims)) {}

  int64_t feature_dim(size_t pooling) const override { return dims_[pooling]; }
  DecodeOptions decode_options(int width, int height) const override {
    return decode_options_for(model_->spec.preprocessing, width, height);
  }
  Precision precision() const override { return backbone_->precision(); }
  const std::string& note() const override { return backbone_->note(); }
  bool has_points() const override { return outputs_.points(); }

  Result<SourceFeatures> run(ImageView image,
                             bool located,
                             bool points,
                             int num_threads,
                             StageTimes* times) const override {
    const Stopwatch resizing;
    LOCI_TRY(input, preprocess(model_->spec.preprocessing, image));
    if (times != nullptr) times->resize_ms += resizing.milliseconds();
    const Stopwatch running;
    points = points && outputs_.points();
    LOCI_TRY(maps, run_network(input, points, num_threads));
    SourceFeatures out;
    if (located) {
      LOCI_TRY(places, map_places(model_->spec.network, input.height, input.width));
      out.places = places[outputs_.pooled.front().features];
    }
    if (points) out.points = keypoints(maps, image);
    for (size_t p = 0; p < outputs_.pooled.size(); ++p) {
      const bool last_use = p + 1 == outputs_.pooled.size();
      out.maps.push_back(pooled_map(maps, outputs_.pooled[p], last_use));
      out.maps.back().width = image.width;
      out.maps.back().height = image.height;
      if (located && p == 0 && out.places.height > 0)
        locate_cells(image, out.places, out.maps.back());
    }
    if (times != nullptr) times->features_ms += running.milliseconds();
    return out;
  }

 private:
  /// By output; only the first where no other is needed.
  using Maps = std::vector<Features>;

  Result<Maps> run_network(const InputTensor& input, bool points, int num_threads) const {
    const float* values = input.values.data();
    Maps maps;
    if (!points && outputs_.only_first()) {
      LOCI_TRY(first, backbone_->run(values, 1, input.height, input.width, num_threads));
      maps.push_back(std::move(first.front()));
      return maps;
    }
    LOCI_TRY(all, backbone_->run_outputs(values, 1, input.height, input.width, num_threads));
    for (std::vector<Features>& output : all) maps.push_back(std::move(output.front()));
    return maps;
  }

  static LocatedFeatures pooled_map(Maps& maps, const Outputs::Pooled& pooled, bool last_use) {
    LocatedFeatures out;
    Features& map = maps[pooled.features];
    out.features = last_use ? std::move(map) : map;
    if (pooled.weights >= 0) {
      const Matrix& weights = maps[static_cast<size_t>(pooled.weights)].values;
      out.features.weights.assign(weights.data(), weights.data() + weights.size());
    }
    return out;
  }

  LocatedFeatures keypoints(const Maps& maps, ImageView image) const {
    const Features& descriptors = maps[static_cast<size_t>(outputs_.descriptors)];
    const Matrix& reliability = maps[static_cast<size_t>(outputs_.reliability)].values;
    return sparse_keypoints({.descriptors = descriptors.values,
                             .logits = maps[static_cast<size_t>(outputs_.logits)].values,
                             .reliability = {reliability.data(), reliability.size()},
                             .height = descriptors.height,
                             .width = descriptors.width},
                            image.width,
                            image.height);
  }

  std::shared_ptr<const Model> model_;
  std::unique_ptr<Backbone> backbone_;
  Outputs outputs_;
  std::vector<int64_t> dims_;  // by pooling
};

Result<std::vector<int64_t>> dims_of(const Network& network, const Outputs& outputs) {
  LOCI_TRY(channels, operator_channels(network, 3));
  const std::vector<NetworkOutput> named = outputs_of(network);
  std::vector<int64_t> dims;
  for (const Outputs::Pooled& pooled : outputs.pooled) {
    for (size_t op = 0; op < network.ops.size(); ++op) {
      if (network.ops[op].name == named[pooled.features].op) dims.push_back(channels[op]);
    }
  }
  return dims;
}

}  // namespace

LocatedFeatures placed(SourceFeatures made) {
  LocatedFeatures out = std::move(made.maps.front());
  const MapPlaces& places = made.places;
  const int64_t rows = places.height * places.width;
  if (places.height == 0 || rows == out.features.values.rows()) return out;
  Features kept{.values = Matrix(rows, out.features.values.cols()),
                .height = places.height,
                .width = places.width,
                .weights = {}};
  for (int64_t i = 0; i < rows; ++i)
    std::ranges::copy(out.features.values.row(places.first + i), kept.values.row(i).begin());
  if (!out.features.weights.empty()) {
    const auto first = out.features.weights.begin() + places.first;
    kept.weights.assign(first, first + rows);
  }
  out.features = std::move(kept);
  return out;
}

Result<std::unique_ptr<FeatureSource>> FeatureSource::create(std::shared_ptr<const Model> model,
                                                             std::span<const PoolingSpec> poolings,
                                                             const DescribeOptions& options) {
  if (model->spec.features != "network") {
    return std::unique_ptr<FeatureSource>(
        std::make_unique<SiftSource>(model->spec.local, poolings.size()));
  }
  LOCI_TRY(backbone,
           Backbone::create(model,
                            {.precision = options.precision,
                             .num_threads = options.num_threads,
                             .kernel_choice = options.kernel_choice,
                             .kernel_cache = options.kernel_cache}));
  LOCI_TRY(outputs, Outputs::of(*model, poolings));
  LOCI_TRY(dims, dims_of(model->spec.network, outputs));
  return std::unique_ptr<FeatureSource>(std::make_unique<NetworkSource>(
      std::move(model), std::move(backbone), std::move(outputs), std::move(dims)));
}

}  // namespace loci::internal
