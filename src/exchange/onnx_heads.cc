// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "onnx_builder.h"

#include "loci/model/rmac_regions.h"

#include <map>

namespace loci {
namespace {

constexpr float kRegionEps = 1e-6f;
constexpr float kLayerNormEps = 1e-5f;

/// The sum over squares of one side: all maxima of that side, each to unit norm, then a convolution
/// over the positions that counts those where a region begins.
OnnxMap add_level(OnnxBuilder& b,
                  const OnnxMap& features,
                  int64_t side,
                  const std::vector<RmacRegion>& regions) {
  const std::string name = "pooling.side" + std::to_string(side);
  OnnxMap maxima = features;
  maxima.height -= side - 1;
  maxima.width -= side - 1;
  maxima.value = b.node("MaxPool",
                        name,
                        {features.value},
                        {{"kernel_shape", std::vector<int64_t>{side, side}},
                         {"strides", std::vector<int64_t>{1, 1}}});
  b.claim(maxima.positions());
  std::vector<float> counts(static_cast<size_t>(maxima.positions()), 0.0f);
  for (const RmacRegion& r : regions) counts[static_cast<size_t>(r.y * maxima.width + r.x)] += 1;
  const int64_t positions = maxima.positions(), channels = maxima.channels;
  const std::string weight = b.constant("loci." + name, make_tensor({1, positions, 1, 1}, counts));
  OnnxMap x = b.l2(name + ".unit", maxima, 1, 1e-24f, kRegionEps);
  x = b.reshape(name + ".rows", x, channels, positions, 1);
  x = b.transpose_rows(name + ".positions", x);
  x = b.pointwise(name + ".sum", x, weight, "", 1);
  return b.reshape(name + ".flat", x, channels, 1, 1);
}

/// (x - mean) / sqrt(variance + eps) over the channels, then weight and bias.
OnnxMap layer_norm(OnnxBuilder& b, const std::string& name, const OnnxMap& x) {
  const int64_t c = x.channels;
  const std::string mean_weight =
      b.filled("loci.mean." + std::to_string(c), {1, c, 1, 1}, 1.0f / static_cast<float>(c));
  const std::string eps = b.filled("loci.layer_norm_eps", {1}, kLayerNormEps);
  const OnnxMap mean = b.pointwise(name + ".mean", x, mean_weight, "", 1);
  const OnnxMap centred =
      b.join("Sub", name + ".centred", x, b.spread(name + ".means", mean, c, 1));
  const OnnxMap squares = b.join("Mul", name + ".squares", centred, centred);
  const OnnxMap variance = b.pointwise(name + ".variance", squares, mean_weight, eps, 1);
  const OnnxMap deviation = b.apply("Sqrt", name + ".deviation", variance);
  const OnnxMap unit =
      b.join("Div", name + ".unit", centred, b.spread(name + ".deviations", deviation, c, 1));
  return b.pointwise(
      name, unit, b.weight(name + ".weight", {c, 1, 1, 1}), b.weight(name + ".bias", {c}), c, c);
}

OnnxMap linear(OnnxBuilder& b, const std::string& name, const OnnxMap& x) {
  const auto found = b.weights().find(name + ".weight");
  if (found == b.weights().end() || found->second.shape.size() != 2) {
    fail_corrupt("the model has no matrix '" + name + ".weight'");
  }
  const int64_t out = found->second.shape[0];
  return b.pointwise(name,
                     x,
                     b.weight(name + ".weight", {out, x.channels, 1, 1}),
                     b.weights().contains(name + ".bias") ? b.weight(name + ".bias", {out}) : "",
                     out);
}

}  // namespace

OnnxMap append_rmac(OnnxBuilder& b, const PoolingSpec& spec, const OnnxMap& features) {
  need_fixed_size(features, "rmac");
  std::map<int64_t, std::vector<RmacRegion>> by_side;
  int times_whole = 0;  // twice for a square map
  for (const RmacRegion& r : rmac_regions(features.height, features.width, spec.rmac_levels)) {
    const bool whole = r.height == features.height && r.width == features.width;
    whole ? void(++times_whole) : by_side[r.height].push_back(r);
  }
  OnnxMap whole = b.apply("GlobalMaxPool", "pooling.whole", features);
  whole.height = whole.width = 1;
  whole = b.l2("pooling.whole.unit", whole, 1, 1e-24f, kRegionEps);
  OnnxMap sum = whole;
  for (int i = 1; i < times_whole; ++i) sum = b.join("Add", "pooling.whole.again", sum, whole);
  for (const auto& [side, regions] : by_side) {
    sum = b.join("Add",
                 "pooling.with_side" + std::to_string(side),
                 sum,
                 add_level(b, features, side, regions));
  }
  return sum;
}

OnnxMap append_mixvpr(OnnxBuilder& b, const OnnxMap& features) {
  need_fixed_size(features, "mixvpr");
  const int64_t positions = features.positions();
  OnnxMap x = b.reshape("pooling.grid", features, features.channels, positions, 1);
  x = b.transpose_rows("pooling.positions", x);
  for (int i = 0; b.weights().contains("pooling.mix." + std::to_string(i) + ".norm.weight"); ++i) {
    const std::string name = "pooling.mix." + std::to_string(i);
    OnnxMap change = layer_norm(b, name + ".norm", x);
    change = linear(b, name + ".expand", change);
    change = b.apply("Relu", name + ".relu", change);
    change = linear(b, name + ".contract", change);
    x = b.join("Add", name + ".sum", x, change);
  }
  x = b.transpose_rows("pooling.channel_rows", x);
  x = linear(b, "pooling.channels", x);
  x = b.transpose_rows("pooling.mixed", x);
  x = linear(b, "pooling.rows", x);
  const int64_t size = x.channels * x.height;
  return b.reshape("pooling.flat", b.transpose_rows("pooling.by_channel", x), size, 1, 1);
}

}  // namespace loci
