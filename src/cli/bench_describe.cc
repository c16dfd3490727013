// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bench_describe.h"

#include "loci/backbone/bench.h"
#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/progress.h"
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/describe/describer.h"
#include "loci/describe/named_model.h"
#include "loci/describe/preprocess.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"
#include "loci/math/vector.h"
#include "loci/model/architectures.h"

#include <algorithm>

#include <sys/resource.h>

namespace loci::cli {
namespace {

constexpr int kClusters = 64;
constexpr std::string_view kRandomSuffix = "-netvlad";

Matrix random_rows(int64_t rows, int64_t cols, double scale, std::string_view stream) {
  Rng rng(1, stream);
  Matrix matrix(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (float& value : matrix.row(i)) value = static_cast<float>(rng.normal());
    l2_normalize(matrix.row(i));
    for (float& value : matrix.row(i)) value = static_cast<float>(value * scale);
  }
  return matrix;
}

/// An architecture with random weights and 64 random clusters: the arithmetic of a trained one.
Result<std::shared_ptr<const Model>> random_model(const std::string& architecture_name) {
  LOCI_TRY(network, architecture(architecture_name));
  LOCI_TRY(channels, operator_channels(network, 3));
  LOCI_TRY(tensors, random_weights(network, 3, 1));
  ModelSpec spec;
  spec.name = architecture_name + std::string(kRandomSuffix);
  spec.network = network;
  spec.preprocessing = default_preprocessing(architecture_name);
  spec.pooling = {.type = "netvlad", .num_clusters = kClusters};
  tensors["pooling.centers"] =
      make_tensor(random_rows(kClusters, channels[features_op(network)], 1, "centers"));
  tensors["pooling.weight"] =
      make_tensor(random_rows(kClusters, channels[features_op(network)], 10, "assignment"));
  return make_model(std::move(spec), std::move(tensors));
}

/// The model with activation ranges over a few drawn photographs, which int8 needs.
Result<std::shared_ptr<const Model>> calibrated(std::shared_ptr<const Model> model,
                                                const DescribeBench& bench) {
  LOCI_TRY(calibrator, Calibrator::create(model, bench.num_threads));
  for (uint64_t place = 0; place < 4; ++place) {
    LOCI_TRY(
        input,
        preprocess(model->spec.preprocessing, sketch_place(place, 0, bench.width, bench.height)));
    LOCI_RETURN_IF_ERROR(calibrator->add(input.values.data(), 1, input.height, input.width));
  }
  return calibrator->finish();
}

Result<std::shared_ptr<const Model>> model_for(const DescribeBench& bench) {
  if (bench.model.ends_with(kRandomSuffix) && !file_info(bench.model).ok()) {
    LOCI_TRY(model, random_model(bench.model.substr(0, bench.model.size() - kRandomSuffix.size())));
    return bench.precision == Precision::kInt8 ? calibrated(std::move(model), bench)
                                               : Result<std::shared_ptr<const Model>>(model);
  }
  const TempFolder folder;
  std::vector<std::string> drawn;
  const auto photos = [&] {
    for (uint64_t place = 0; place < 20; ++place) {
      drawn.push_back(folder / (std::to_string(place) + ".jpg"));
      (void)save_jpeg(drawn.back(), sketch_place(place, 0, 320, 240));
    }
    return drawn;
  };
  return named_model(bench.model, photos, classic_learn_options(), {});
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

double resident_mib() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Status measure_stages(DescribeBench& bench, const Describer& describer) {
  LOCI_TRY(jpeg, encode_jpeg(sketch_place(3, 0, bench.width, bench.height)));
  std::vector<float> out(static_cast<size_t>(describer.dim()));
  std::vector<double> decode, resize, features, pooling, whitening, total;
  for (int run = -1; run < bench.runs; ++run) {
    const Stopwatch whole;
    LOCI_TRY(image,
             decode_image(
                 jpeg, "drawn photograph", describer.decode_options(bench.width, bench.height)));
    const double decode_ms = whole.milliseconds();
    StageTimes times;
    DescribedFeatures made;  // a model's local features are part of what it costs
    LOCI_RETURN_IF_ERROR(describer.describe(
        image, out, bench.num_threads, &times, describer.has_points() ? &made : nullptr));
    if (run < 0) {
      bench.first_ms = whole.milliseconds();
      continue;
    }
    total.push_back(whole.milliseconds());
    decode.push_back(decode_ms);
    resize.push_back(times.resize_ms);
    features.push_back(times.features_ms);
    pooling.push_back(times.pooling_ms);
    whitening.push_back(times.whitening_ms);
  }
  bench.decode_ms = median(decode);
  bench.resize_ms = median(resize);
  bench.features_ms = median(features);
  bench.pooling_ms = median(pooling);
  bench.whitening_ms = median(whitening);
  bench.total_ms = median(total);
  bench.memory_mib = resident_mib();
  return {};
}

Status measure_busy(DescribeBench& bench, const Describer& describer) {
  const Image image = sketch_place(3, 0, bench.width, bench.height);
  std::vector<float> out(static_cast<size_t>(describer.dim()));
  bench.busy.runs = std::max(bench.busy.runs, bench.runs);
  return bench_busy([&](int threads) { return describer.describe(image, out, threads); },
                    &bench.busy);
}

}  // namespace

Status bench_describe(DescribeBench& bench) {
  if (bench.runs < 1) return invalid_argument("--runs: at least one run");
  LOCI_TRY(model, model_for(bench));
  const DescribeOptions options{
      bench.precision, bench.num_threads, bench.kernel_choice, bench.kernel_cache};
  LOCI_TRY(describer, Describer::create(model, options));
  bench.note = describer->note();
  bench.dim = describer->dim();
  bench.ran = precision_name(describer->precision());
  LOCI_RETURN_IF_ERROR(measure_stages(bench, *describer));
  if (bench.busy.processes >= 0) return measure_busy(bench, *describer);
  if (!model->spec.branches.empty() || model->spec.features != "network") return {};
  BackboneBenchOptions settings;
  settings.backbone.precision = bench.precision;
  settings.backbone.num_threads = bench.num_threads;
  settings.backbone.kernel_choice = bench.kernel_choice;
  settings.backbone.kernel_cache = bench.kernel_cache;
  settings.width = bench.width;
  settings.height = bench.height;
  settings.runs = bench.runs;
  LOCI_TRY(network, bench_backbone(model, settings));
  constexpr double kMib = 1 << 20;
  bench.peak_gflops = network.peak_gflops;
  bench.share_of_peak = network.share_of_peak;
  bench.backbone_ms = network.ms;
  bench.direct_ms = network.direct_ms;
  bench.library_ms = network.library_ms;
  bench.ratio_to_direct = network.ratio_to_direct;
  bench.ratio_to_library = network.ratio_to_library;
  bench.total_to_direct = network.direct_ms > 0 ? bench.total_ms / network.direct_ms : 0;
  bench.activation_mib = static_cast<double>(network.activation_bytes) / kMib;
  bench.scratch_mib = static_cast<double>(network.scratch_bytes) / kMib;
  bench.weights_mib = static_cast<double>(network.weight_bytes) / kMib;
  bench.layers = network.layers;
  return {};
}

std::string DescribeBench::to_json() const {
  JsonWriter json;
  json.object()
      .member("model", model)
      .member("width", width)
      .member("height", height)
      .member("precision", ran)
      .member("dim", dim);
  json.member("decode_ms", decode_ms)
      .member("resize_ms", resize_ms)
      .member("backbone_ms", features_ms);
  json.member("pooling_ms", pooling_ms)
      .member("whitening_ms", whitening_ms)
      .member("total_ms", total_ms);
  json.member("first_ms", first_ms)
      .member("backbone_share_of_peak", share_of_peak)
      .member("peak_gflops", peak_gflops);
  json.member("direct_ms", direct_ms)
      .member("library_ms", library_ms)
      .member("ratio_to_direct", ratio_to_direct);
  json.member("total_to_direct", total_to_direct).member("ratio_to_library", ratio_to_library);
  json.member("activation_mib", activation_mib)
      .member("scratch_mib", scratch_mib)
      .member("weights_mib", weights_mib);
  if (busy.processes >= 0) {
    json.key("busy").object().member("processes", busy.processes).member("runs", busy.runs);
    json.member("single_ms", busy.single_ms).member("single_p99_ms", busy.single_p99_ms);
    json.member("default_ms", busy.default_ms).member("default_p99_ms", busy.default_p99_ms);
    json.member("ratio", busy.ratio()).member("ratio_p99", busy.ratio_p99()).end();
  }
  json.member("memory_mib", memory_mib).key("layers").array();
  for (const LayerTime& layer : layers) {
    json.object().member("name", layer.layer).member("kernel", layer.kernel).member("ms", layer.ms);
    json.member("gflops", layer.ms > 0 ? layer.gflop / layer.ms * 1e3 : 0).end();
  }
  json.end().end();
  return json.str();
}

std::string DescribeBench::to_text() const {
  std::string text = format("%s, %dx%d, %s, %lld numbers, median of %d\n",
                            model.c_str(),
                            width,
                            height,
                            ran.c_str(),
                            static_cast<long long>(dim),
                            runs);
  text += format(
      "  decode %.2f  resize %.2f  features %.2f  pooling %.2f  whitening %.2f  total %.2f ms  "
      "(first %.0f ms)\n",
      decode_ms,
      resize_ms,
      features_ms,
      pooling_ms,
      whitening_ms,
      total_ms,
      first_ms);
  if (peak_gflops > 0) {
    text += format("  network %.1f ms = %.2f of the measured peak (%.0f GFLOP/s)\n",
                   backbone_ms,
                   share_of_peak,
                   peak_gflops);
    text += format(
        "  oneDNN's direct float32 convolutions alone %.1f ms: network %.3f x, whole chain %.3f "
        "x\n",
        direct_ms,
        ratio_to_direct,
        total_to_direct);
    text += format("  the network by oneDNN's kernels in %s %.1f ms: %.3f x\n",
                   ran.c_str(),
                   library_ms,
                   ratio_to_library);
    text += format("  activations %.1f MiB, of them scratch %.1f; packed weights %.1f\n",
                   activation_mib,
                   scratch_mib,
                   weights_mib);
  }
  if (busy.processes >= 0) {
    text += format(
        "  beside %d busy processes, %d runs: one thread %.1f ms (p99 %.1f), default %.1f ms (p99 "
        "%.1f): %.2f x, p99 %.2f x\n",
        busy.processes,
        busy.runs,
        busy.single_ms,
        busy.single_p99_ms,
        busy.default_ms,
        busy.default_p99_ms,
        busy.ratio(),
        busy.ratio_p99());
  }
  for (const LayerTime& layer : layers) {
    text += format("    %-24s %-24s %8.2f ms", layer.layer.c_str(), layer.kernel.c_str(), layer.ms);
    text += layer.gflop > 0 && layer.ms > 0
                ? format(" %6.0f GFLOP/s\n", layer.gflop / layer.ms * 1e3)
                : "\n";
  }
  return text + format("  largest resident size %.0f MiB", memory_mib);
}

}  // namespace loci::cli
