// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "onnx_builder.h"
#include "onnx_rebuild.h"

#include "loci/base/text.h"
#include "loci/base/version.h"
#include "loci/exchange/onnx.h"
#include "loci/model/architectures.h"

#include <array>

namespace loci {
namespace {

/// RGB pixels to what the network sees, as a 1x1 convolution: an order of channels, scale and
/// shift.
OnnxMap append_normalisation(OnnxBuilder& b, const Preprocessing& p, const OnnxMap& image) {
  std::array<float, 9> weight{};
  std::array<float, 3> bias{};
  for (size_t c = 0; c < 3; ++c) {
    weight[c * 3 + (p.bgr ? 2 - c : c)] = static_cast<float>(p.scale / p.std[c]);
    bias[c] = static_cast<float>(-p.mean[c] / p.std[c]);
  }
  return b.pointwise("preprocess",
                     image,
                     b.constant("loci.preprocess.weight", make_tensor({3, 3, 1, 1}, weight)),
                     b.constant("loci.preprocess.bias", make_tensor({3}, bias)),
                     3);
}

OnnxSide side(int64_t size, const char* name) {
  if (size == kAnySize) return std::string(name);
  return size;
}

std::string words_on_input(const ModelSpec& spec, const OnnxOptions& options) {
  return options.pixels
             ? "image: RGB pixels, 0 to 255, resized as metadata 'loci' (preprocessing) says"
             : format("image: normalised, (pixel * scale - mean) / std, channels %s",
                      spec.preprocessing.bgr ? "BGR" : "RGB");
}

void check(const Model& model, const OnnxOptions& options) {
  const ModelSpec& spec = model.spec;
  if (spec.features != "network") {
    fail_unsupported("model '" + printable(spec.name) + "' makes its features by " + spec.features +
                     ", which is no network: only models with a network can be written as ONNX");
  }
  if ((options.width == 0) != (options.height == 0) || options.width < 0 || options.height < 0) {
    throw Error(invalid_argument("a fixed size has a width and a height"));
  }
  if (options.batch < 0) throw Error(invalid_argument("batch must be 0 (any) or more"));
  if (Status valid = validate(spec.network); !valid.ok()) throw Error(valid);
  const Result<std::vector<int>> channels = operator_channels(spec.network, 3);
  if (!channels.ok()) throw Error(channels.status());
}

OnnxReport write(const Model& model, const std::string& path, const OnnxOptions& options) {
  const OnnxGraph graph = build_onnx(model, options);
  if (Status written = write_onnx(path, graph); !written.ok()) throw Error(written);
  OnnxReport report;
  report.input = graph.input.name;
  report.output = graph.outputs[0].name;
  for (const OnnxValue& each : graph.outputs) report.outputs.push_back(each.name);
  report.width = options.width;
  report.height = options.height;
  report.batch = options.batch;
  report.output_dim = std::get<int64_t>(graph.outputs[0].shape[1]);
  report.nodes = std::ssize(graph.nodes);
  report.tensors = std::ssize(graph.initializers);
  for (const auto& [name, tensor] : graph.initializers) report.bytes += tensor.bytes.size();
  return report;
}

}  // namespace

OnnxGraph build_onnx(const Model& model, const OnnxOptions& options) {
  check(model, options);
  const ModelSpec& spec = model.spec;
  const int64_t batch = options.batch == 0 ? kAnySize : options.batch;
  const bool portable = options.width != 0 && options.batch != 0;
  OnnxBuilder b(model.tensors, batch, portable);
  OnnxMap x{b.fresh("image"), 3, kAnySize, kAnySize};
  std::vector<NetworkOutput> maps = outputs_of(spec.network);
  if (!options.maps) maps.resize(1);
  const std::string descriptor = options.maps ? "" : b.fresh("descriptor");
  if (options.width != 0) {
    x.width = options.width;
    x.height = options.height;
  }
  b.graph.name = spec.name.empty() ? "loci" : to_utf8(spec.name);
  b.graph.doc = words_on_input(spec, options);
  b.graph.input = {
      x.value,
      {side(batch, "batch"), int64_t{3}, side(x.height, "height"), side(x.width, "width")}};
  const OnnxMap input = options.pixels ? append_normalisation(b, spec.preprocessing, x) : x;
  const std::vector<OnnxMap> made = append_network(b, spec.network, maps, input);
  if (options.maps) {
    for (size_t k = 0; k < maps.size(); ++k) {
      const OnnxMap& map = made[k];
      const std::string name = map.value == maps[k].name ? map.value : b.fresh(maps[k].name);
      if (name != map.value) b.node_as("Identity", name, name, {map.value});
      b.graph.outputs.push_back({name,
                                 {side(batch, "batch"),
                                  map.channels,
                                  side(map.height, (name + "_height").c_str()),
                                  side(map.width, (name + "_width").c_str())}});
    }
  } else {
    const OnnxMap pooled = append_pooling(b, spec.pooling, made[0]);
    const OnnxMap whole = append_whitening(b, spec.whitening, pooled);
    b.node_as("Flatten", descriptor, descriptor, {whole.value}, {{"axis", int64_t{1}}});
    b.graph.outputs = {{descriptor, {side(batch, "batch"), whole.channels}}};
  }
  b.graph.metadata = {{"loci", to_json(spec)},
                      {"loci_fingerprint", model.fingerprint},
                      {"loci_input", options.pixels ? "pixels" : "normalised"},
                      {"loci_version", version()}};
  if (options.maps) b.graph.metadata["loci_returns"] = "maps";
  return std::move(b.graph);
}

Result<OnnxReport> export_onnx(const Model& model,
                               const std::string& path,
                               const OnnxOptions& options) {
  if (!model.spec.branches.empty()) {
    return unsupported(
        "model '" + printable(model.spec.name) +
        "' has several branches; export the models that it was joined of, one by one");
  }
  if (model.spec.whitening.sketched != 0) {
    return unsupported("model '" + printable(model.spec.name) +
                       "' was shortened for a collection, which ONNX has no operator for; export "
                       "the model that it was made from");
  }
  return guarded(printable(path), [&] { return write(model, path, options); });
}

}  // namespace loci
