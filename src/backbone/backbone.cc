// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/backbone/backbone.h"

#include "kernel_cache.h"
#include "lanes.h"
#include "team_size.h"
#include "thread_team.h"

#include "loci/base/check.h"
#include "loci/base/parallel.h"
#include "loci/base/progress.h"
#include "loci/base/text.h"
#include "loci/model/architectures.h"

#include <algorithm>
#include <mutex>
#include <optional>

namespace loci {
namespace {

using namespace internal;  // NOLINT: this file is the module's front
constexpr int kSmallestSide = 32;
constexpr int kLargestSide = 1 << 15;

/// bf16 before int8: with our Winograd it is the faster one wherever there are 3x3 convolutions,
/// needs no ranges, and stays nearer to fp32.
Precision fastest(const WeightStore& weights) {
  const Instructions have = instructions();
  if (have.bf16) return Precision::kBf16;
  return have.vnni && weights.has_ranges() ? Precision::kInt8 : Precision::kFp32;
}

/// The precision that will run for the one asked for, and a sentence where they differ.
std::pair<Precision, std::string> settle(Precision wanted,
                                         const WeightStore& weights,
                                         bool tokens,
                                         bool emulate) {
  const Instructions have = instructions();
  // Their products have integer kernels of ours for every processor, though a slow one for the plainest.
  if (tokens && wanted == Precision::kInt8) {
    if (simd_level() > SimdLevel::kPlain || emulate) return {Precision::kInt8, ""};
    return {Precision::kFp32, "this processor has no AVX2, which int8 needs: running in fp32"};
  }
  if (tokens && wanted == Precision::kAuto)
    return {have.bf16 ? Precision::kBf16 : Precision::kFp32, ""};
  if (wanted == Precision::kAuto) return {fastest(weights), ""};
  if (wanted == Precision::kBf16 && !have.bf16) {
    return {Precision::kFp32,
            "this processor has no bf16 instructions (AVX512_BF16): running in fp32"};
  }
  if (wanted == Precision::kInt8 && !have.vnni && !emulate) {
    return {Precision::kFp32, "this processor has no int8 dot products (VNNI): running in fp32"};
  }
  return {wanted, ""};
}

class PlannedBackbone final : public Backbone {
 public:
  explicit PlannedBackbone(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  Status load(const BackboneOptions& options) {
    max_plans_ = static_cast<size_t>(std::max(1, options.max_cached_sizes));
    const Network& network = model_->spec.network;
    LOCI_TRY(channels, operator_channels(network, 3));
    feature_dim_ = channels[features_op(network)];
    for (const NetworkOutput& each : outputs_of(network)) output_names_.push_back(each.name);
    LOCI_RETURN_IF_ERROR(weights_.load(network, model_->tensors, 3));
    const bool tokens =
        std::ranges::any_of(network.ops, [](const Op& op) { return op.type == OpType::kLinear; });
    std::tie(precision_, note_) =
        settle(options.precision, weights_, tokens, options.emulate_precision);
    if (options.precision == Precision::kInt8 && !tokens && !weights_.has_ranges()) {
      return invalid_argument(
          "this model has no activation ranges, which int8 needs: calibrate it on some photos "
          "first");
    }
    // oneDNN's integer convolutions beside them need both.
    if (tokens && !instructions().vnni) weights_.forget_ranges();
    lanes_.set_total_threads(resolve_threads(options.num_threads));
    cache_ = kernel_cache(options.kernel_cache);
    kernel_choice_ = options.kernel_choice;
    return {};
  }

  int64_t feature_dim() const override { return feature_dim_; }
  Precision precision() const override { return precision_; }
  const std::string& note() const override { return note_; }

  const std::vector<std::string>& output_names() const override { return output_names_; }

  Result<std::vector<Features>> run(
      const float* input, int batch, int height, int width, int num_threads) override {
    LOCI_TRY(maps, run_maps(input, batch, height, width, num_threads, 1, nullptr));
    return std::move(maps.front());
  }

  Result<std::vector<std::vector<Features>>> run_outputs(
      const float* input, int batch, int height, int width, int num_threads) override {
    return run_maps(input, batch, height, width, num_threads, output_names_.size(), nullptr);
  }

  /// The ranges of all operators' values.
  Status widen(const float* input, int batch, int height, int width, Ranges& ranges) {
    return run_maps(input, batch, height, width, 0, output_names_.size(), &ranges).status();
  }

  size_t activation_bytes() const override { return lanes_.activation_bytes(); }
  size_t scratch_bytes() const override { return lanes_.scratch_bytes(); }
  size_t weight_bytes() const override {
    const std::lock_guard lock(planning_);
    return weights_.bytes();
  }
  std::vector<LayerTime> layer_times() const override {
    const std::lock_guard lock(mutex_);
    return times_;
  }
  const Model& model() const { return *model_; }

 private:
  /// `num_outputs`: 1 for the features alone, or all.
  Result<std::vector<std::vector<Features>>> run_maps(const float* input,
                                                      int batch,
                                                      int height,
                                                      int width,
                                                      int num_threads,
                                                      size_t num_outputs,
                                                      Ranges* ranges) {
    LOCI_REQUIRE(input != nullptr, "the image tensor is there");
    if (batch < 1 || std::min(height, width) < kSmallestSide ||
        std::max(height, width) > kLargestSide) {
      return invalid_argument(format(
          "cannot run on %d images of %dx%d px: expected at least one, with sides from %d to "
          "%d px",
          batch,
          width,
          height,
          kSmallestSide,
          kLargestSide));
    }
    const int total = lanes_.total_threads();
    const int threads = num_threads <= 0 ? team_.choose(total) : std::min(num_threads, total);
    try {
      const LanePool::Lease lane = lanes_.acquire(threads);
      const ScopedTeamSize team(threads);
      LOCI_TRY(plan, plan_for(*lane, batch, height, width, threads, num_outputs));
      std::vector<std::vector<Features>> out;
      for (const Extent& map : plan->outputs) {
        std::vector<Features>& maps = out.emplace_back(static_cast<size_t>(batch));
        for (Features& each : maps) {
          each.values = Matrix(map.rows(), map.channels);
          each.height = map.plain() ? map.height : 1;
          each.width = map.plain() ? map.width : map.rows();
        }
      }
      std::vector<LayerTime> times;
      const Stopwatch watch;
      plan->run(input, out, lane->arena.data(), times, ranges);
      if (num_threads <= 0)
        team_.ran(threads, static_cast<double>(batch) * height * width, watch.milliseconds());
      const std::lock_guard lock(mutex_);
      times_ = std::move(times);
      return out;
    } catch (const Error& error) {
      return error.status();
    } catch (...) {
      return library_status(format("network on %d images of %dx%d px", batch, width, height));
    }
  }

  /// The plan of a size, made if need be.
  Result<Plan*> plan_for(
      Lane& lane, int batch, int height, int width, int num_threads, size_t num_outputs) {
    if (Plan* plan = lane.find(batch, height, width, num_threads, num_outputs)) return plan;
    LOCI_TRY(graph, lower(model_->spec.network, {3, height, width}, num_outputs > 1));
    const std::lock_guard lock(planning_);
    const PlanOptions options{precision_, kernel_choice_, num_threads, cache_};
    std::unique_ptr<Plan> plan = build_plan(graph, batch, options, weights_);
    cache_->save();
    return lane.add(std::move(plan), max_plans_);
  }

  const std::shared_ptr<const Model> model_;
  Precision precision_ = Precision::kFp32;
  KernelChoice kernel_choice_ = KernelChoice::kAuto;
  std::shared_ptr<KernelCache> cache_;
  std::string note_;
  int64_t feature_dim_ = 0;
  std::vector<std::string> output_names_;
  size_t max_plans_ = 4;
  LanePool lanes_;
  TeamSizer team_;
  mutable std::mutex planning_;
  WeightStore weights_;  // guarded by planning_; plans hold what they use
  mutable std::mutex mutex_;
  std::vector<LayerTime> times_;  // guarded by mutex_
};

Result<std::unique_ptr<PlannedBackbone>> make_backbone(std::shared_ptr<const Model> model,
                                                       const BackboneOptions& options) {
  LOCI_REQUIRE(model != nullptr, "there is a model");
  if (model->spec.features != "network" || model->spec.network.empty()) {
    return invalid_argument("model '" + model->spec.name + "' has no network: its features are " +
                            model->spec.features);
  }
  try {
    auto made = std::make_unique<PlannedBackbone>(std::move(model));
    LOCI_RETURN_IF_ERROR(made->load(options));
    return made;
  } catch (const std::invalid_argument&) {
    throw;  // a broken contract
  } catch (...) {
    return library_status("network");
  }
}

class RangeCalibrator final : public Calibrator {
 public:
  RangeCalibrator(std::shared_ptr<const Model> model, std::unique_ptr<PlannedBackbone> backbone)
      : model_(std::move(model)), backbone_(std::move(backbone)) {}

  Status add(const float* input, int batch, int height, int width) override {
    return backbone_->widen(input, batch, height, width, ranges_);
  }

  Result<std::shared_ptr<const Model>> finish() const override {
    if (ranges_.empty()) return invalid_argument("no image was given to calibrate on");
    TensorMap tensors = model_->tensors;
    for (const auto& [name, range] : ranges_) {
      const float values[2] = {range.first, range.second};
      tensors["calibration." + name] = make_tensor({2}, values);
    }
    return make_model(model_->spec, std::move(tensors));
  }

 private:
  std::shared_ptr<const Model> model_;
  std::unique_ptr<PlannedBackbone> backbone_;
  Ranges ranges_;
};

}  // namespace

Result<std::vector<MapPlaces>> map_places(const Network& network, int height, int width) {
  LOCI_TRY(graph, lower(network, {3, height, width}));
  std::vector<MapPlaces> all;
  for (const int value : graph.outputs) {
    const Extent map = graph.extent(value);
    all.push_back(map.bag ? MapPlaces{} : MapPlaces{map.tokens, map.height, map.width});
  }
  return all;
}

Result<std::unique_ptr<Backbone>> Backbone::create(std::shared_ptr<const Model> model,
                                                   const BackboneOptions& options) {
  LOCI_TRY(made, make_backbone(std::move(model), options));
  return std::unique_ptr<Backbone>(std::move(made));
}

Result<std::unique_ptr<Calibrator>> Calibrator::create(std::shared_ptr<const Model> model,
                                                       int num_threads) {
  BackboneOptions options;
  options.num_threads = num_threads;
  options.kernel_choice = KernelChoice::kDirect;
  LOCI_TRY(backbone, make_backbone(model, options));
  return std::unique_ptr<Calibrator>(
      std::make_unique<RangeCalibrator>(std::move(model), std::move(backbone)));
}

const char* precision_name(Precision precision) {
  constexpr const char* kNames[] = {"fp32", "bf16", "int8", "auto"};
  return kNames[static_cast<size_t>(precision)];
}

Result<Precision> parse_precision(const std::string& text) {
  for (const Precision each :
       {Precision::kFp32, Precision::kBf16, Precision::kInt8, Precision::kAuto}) {
    if (text == precision_name(each)) return each;
  }
  return invalid_argument("precision '" + text +
                          "' is not known: expected fp32, bf16, int8 or auto");
}

const char* kernel_choice_name(KernelChoice choice) {
  constexpr const char* kNames[] = {"auto", "direct", "library-winograd", "winograd"};
  return kNames[static_cast<size_t>(choice)];
}

Result<KernelChoice> parse_kernel_choice(const std::string& text) {
  for (const KernelChoice each : {KernelChoice::kAuto,
                                  KernelChoice::kDirect,
                                  KernelChoice::kLibraryWinograd,
                                  KernelChoice::kWinograd}) {
    if (text == kernel_choice_name(each)) return each;
  }
  return invalid_argument("kernel choice '" + text +
                          "' is not known: expected auto, direct, library-winograd or winograd");
}

}  // namespace loci
