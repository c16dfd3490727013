// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "guard.h"
#include "onnx_builder.h"

#include <cmath>

namespace loci {
namespace {

constexpr float kGemFloor = 1e-6f;

std::vector<float> gem_powers(const OnnxBuilder& b, const PoolingSpec& spec) {
  const auto found = b.weights().find("pooling.p");
  if (found == b.weights().end()) return {static_cast<float>(spec.gem_p)};
  return found->second.to_floats();
}

/// max(x, 1e-6)^p, mean, ^(1/p); a power for each channel by way of logarithms.
OnnxMap append_gem(OnnxBuilder& b, const PoolingSpec& spec, const OnnxMap& features) {
  OnnxMap x = features;
  x.value = b.fresh("pooling.floor");
  b.clip(x.value, x.value, features.value, kGemFloor, OnnxBuilder::kNoBound);
  const std::vector<float> p = gem_powers(b, spec);
  OnnxMap mean;
  if (p.size() == 1) {
    x.value = b.node("Pow", "pooling.power", {x.value, b.number(p[0])});
    mean = b.apply("GlobalAveragePool", "pooling.mean", x);
    mean.height = mean.width = 1;
    mean.value = b.node("Pow", "pooling.root", {mean.value, b.number(1 / p[0])});
    return mean;
  }
  std::vector<float> inverse;
  for (const float power : p) inverse.push_back(1 / power);
  const std::vector<int64_t> shape{x.channels, 1, 1, 1};
  const std::string powers = b.weight("pooling.p", shape);
  const std::string roots = b.constant("loci.pooling.roots", make_tensor(shape, inverse));
  x = b.apply("Log", "pooling.log", x);
  x = b.pointwise("pooling.power_log", x, powers, "", x.channels, x.channels);
  x = b.apply("Exp", "pooling.power", x);
  mean = b.apply("GlobalAveragePool", "pooling.mean", x);
  mean.height = mean.width = 1;
  mean = b.apply("Log", "pooling.mean_log", mean);
  mean = b.pointwise("pooling.root_log", mean, roots, "", x.channels, x.channels);
  return b.apply("Exp", "pooling.root", mean);
}

OnnxMap append_global(OnnxBuilder& b, const char* type, const OnnxMap& features) {
  OnnxMap out = b.apply(type, "pooling.features", features);
  out.height = out.width = 1;
  return out;
}

/// y = W x + b from `name`.weight and `name`.bias at each position.
OnnxMap append_linear(OnnxBuilder& b, const std::string& name, const OnnxMap& x) {
  const auto found = b.weights().find(name + ".weight");
  if (found == b.weights().end() || found->second.shape.size() != 2) {
    fail_corrupt("the model has no matrix '" + name + ".weight'");
  }
  const int64_t out = found->second.shape[0];
  const std::string weight = b.weight(name + ".weight", {out, x.channels, 1, 1});
  const std::string bias =
      b.weights().contains(name + ".bias") ? b.weight(name + ".bias", {out}) : "";
  return b.pointwise(name, x, weight, bias, out);
}

/// Means over windows [floor(i L / n), ceil((i + 1) L / n)) as a convolution over the positions.
OnnxMap append_convap(OnnxBuilder& b, const PoolingSpec& spec, const OnnxMap& features) {
  need_fixed_size(features, "convap");
  const int64_t positions = features.positions(),
                windows = int64_t{spec.grid_height} * spec.grid_width;
  const auto bounds = [](int64_t i, int64_t count, int64_t length) {
    return std::pair{i * length / count, ((i + 1) * length + count - 1) / count};
  };
  b.claim(windows <= INT64_MAX / positions ? windows * positions : INT64_MAX);
  std::vector<float> mean(static_cast<size_t>(windows * positions), 0.0f);
  for (int64_t w = 0; w < windows; ++w) {
    const auto [y0, y1] = bounds(w / spec.grid_width, spec.grid_height, features.height);
    const auto [x0, x1] = bounds(w % spec.grid_width, spec.grid_width, features.width);
    for (int64_t y = y0; y < y1; ++y) {
      for (int64_t x = x0; x < x1; ++x) {
        mean[static_cast<size_t>(w * positions + y * features.width + x)] =
            1.0f / static_cast<float>((y1 - y0) * (x1 - x0));
      }
    }
  }
  const std::string weight =
      b.constant("loci.pooling.windows", make_tensor({windows, positions, 1, 1}, mean));
  OnnxMap x = append_linear(b, "pooling.channels", features);
  const int64_t channels = x.channels;
  x = b.reshape("pooling.rows", x, channels, positions, 1);
  x = b.transpose_rows("pooling.positions", x);
  x = b.pointwise("pooling.means", x, weight, "", windows);
  x = b.transpose_rows("pooling.windows", x);
  return b.reshape("pooling.flat", x, channels * windows, 1, 1);
}

OnnxMap append_cosplace(OnnxBuilder& b, const PoolingSpec& spec, const OnnxMap& features) {
  const float floor = spec.eps == NormEps::kRoot ? 1e-12f : 1e-24f;
  const OnnxMap unit = b.l2("pooling.unit", features, 1, floor);
  return append_linear(b, "pooling.linear", append_gem(b, spec, unit));
}

/// Whitening stored as int8 with a scale a row, as float32.
std::string whitening_weight(OnnxBuilder& b, const std::vector<int64_t>& shape) {
  const auto found = b.weights().find("whitening.weight");
  const auto scale = b.weights().find("whitening.scale");
  if (found == b.weights().end() || scale == b.weights().end()) {
    return b.weight("whitening.weight", shape);
  }
  std::vector<float> values = found->second.to_floats(), scales = scale->second.to_floats();
  const auto rows = static_cast<size_t>(shape[0]), columns = static_cast<size_t>(shape[1]);
  if (values.size() != rows * columns || scales.size() != rows) {
    fail_corrupt("tensors 'whitening.weight' and 'whitening.scale' do not fit together");
  }
  for (size_t i = 0; i < values.size(); ++i) values[i] *= scales[i / columns];
  return b.constant("whitening.weight", make_tensor(shape, values));
}

}  // namespace

OnnxMap append_pooling(OnnxBuilder& b, const PoolingSpec& spec, const OnnxMap& features) {
  OnnxMap out;
  if (spec.type == "netvlad") {
    return append_netvlad(b, spec, features);
  } else if (spec.type == "gem") {
    out = append_gem(b, spec, features);
  } else if (spec.type == "max") {
    out = append_global(b, "GlobalMaxPool", features);
  } else if (spec.type == "mean") {
    out = append_global(b, "GlobalAveragePool", features);
  } else if (spec.type == "rmac") {
    out = append_rmac(b, spec, features);
  } else if (spec.type == "cosplace") {
    out = append_cosplace(b, spec, features);
  } else if (spec.type == "convap") {
    out = append_convap(b, spec, features);
  } else if (spec.type == "mixvpr") {
    out = append_mixvpr(b, features);
  } else {
    fail_unsupported("pooling '" + spec.type +
                     "' is not written as ONNX; those written are netvlad, gem, max, mean, rmac, "
                     "cosplace, convap and mixvpr");
  }
  return spec.final_norm ? b.l2("pooling.norm", out) : out;
}

OnnxMap append_whitening(OnnxBuilder& b, const WhiteningSpec& spec, const OnnxMap& pooled) {
  if (spec.output_dim == 0) return pooled;
  const std::string weight = whitening_weight(b, {spec.output_dim, pooled.channels, 1, 1});
  const std::string bias = b.weight("whitening.bias", {spec.output_dim});
  const OnnxMap out = b.pointwise("whitening", pooled, weight, bias, spec.output_dim);
  return spec.final_norm ? b.l2("whitening.norm", out) : out;
}

}  // namespace loci
