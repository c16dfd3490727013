// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_reading.h"
#include "onnx_window.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

constexpr double kHuge = 3.4e38;
constexpr int64_t kMaxSide = 1 << 20;

int small(int64_t value) {
  return static_cast<int>(std::clamp<int64_t>(value, -kMaxSide, kMaxSide));
}

}  // namespace

std::optional<OnnxReadValue> OnnxReading::read_network(const OnnxNodeView& node) {
  if (node.inputs.empty()) return {};
  const Value x = of(node.inputs[0]);
  const bool is_map = x.kind == Kind::kMap || x.kind == Kind::kImage;
  if (node.type == "Add" || node.type == "Sum") {
    return is_map && known(node, 1, Kind::kMap) != nullptr ? std::optional(join(node, OpType::kAdd))
                                                           : std::nullopt;
  }
  if (!is_map) return {};
  if (node.type == "Conv") return convolution(node, x);
  if (node.type == "MaxPool" || node.type == "AveragePool") return pool(node, x);
  if (node.type == "BatchNormalization") return batch_norm(node, x);
  Op op;
  if (node.type == "Relu") {
    op.type = OpType::kRelu;
    return activation(node, x, op);
  }
  if (node.type == "Clip") {
    const auto bounds = clip_bounds(node);
    if (!bounds) return {};
    op.type = OpType::kClip;
    op.clip_low = bounds->first;
    op.clip_high = bounds->second;
    return activation(node, x, op);
  }
  if (node.type == "Concat") {
    const int64_t axis = node.integer("axis", 0);
    if (axis != 1 && axis != -3) refuse(node, "joins along another axis than the channels");
    return join(node, OpType::kConcat);
  }
  if (node.type == "LRN") {
    op.type = OpType::kLrn;
    op.lrn_alpha = node.real("alpha", 1e-4);
    op.lrn_beta = node.real("beta", 0.75);
    op.lrn_k = node.real("bias", 1);
    op.lrn_size = small(node.integer("size", 0));
    return append(node, op, x);
  }
  if (node.type == "Pad") {
    const std::vector<int64_t> pads = paddings(node);
    const std::vector<float> with =
        node.inputs.size() > 2 ? view_.floats(node.inputs[2]) : std::vector<float>();
    const std::string mode = node.text("mode");
    if (pads.size() != 8 || pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0 ||
        (!mode.empty() && mode != "constant") || (!with.empty() && with[0] != 0) ||
        node.real("value", 0) != 0) {
      refuse(node, "pads with something else than zeros around the map");
    }
    Value out = as_map(x);
    const std::array<size_t, 4> place{2, 3, 6, 7};
    for (size_t i = 0; i < 4; ++i) out.pad[i] = small(out.pad[i]) + small(pads[place[i]]);
    return out;
  }
  return {};
}

/// What a Pad puts around: an attribute in old graphs, an input in newer ones; empty where unknown.
std::vector<int64_t> OnnxReading::paddings(const OnnxNodeView& node) const {
  if (node.has("pads")) return node.integers("pads");
  return node.inputs.size() > 1 ? view_.integers(node.inputs[1]) : std::vector<int64_t>();
}

/// The image once an operator looks at it: its scaling becomes the preprocessing.
OnnxReadValue OnnxReading::as_map(const Value& x) {
  if (x.kind != Kind::kImage) return x;
  Preprocessing& p = b_.spec.preprocessing;
  const bool scaled =
      x.scale != std::array<double, 3>{1, 1, 1} || x.shift != std::array<double, 3>{0, 0, 0};
  if (scaled && preprocessing_words_.empty()) {
    double largest = 0;
    for (size_t c = 0; c < 3; ++c) {
      p.std[c] = 1 / x.scale[c];
      p.mean[c] = -x.shift[c] / x.scale[c];
      largest = std::max({largest, std::fabs(p.mean[c]), std::fabs(p.std[c])});
    }
    // Means and deviations near 1 are those of numbers from 0 to 1.
    p.scale = largest < 2 ? 1.0 / 255 : 1;
    preprocessing_words_ = "the graph's own scaling of its input";
  }
  Value out = x;
  out.kind = Kind::kMap;
  return out;
}

OnnxReadValue OnnxReading::append(const OnnxNodeView& node, Op op, const Value& from) {
  Value x = as_map(from);
  if (op.type != OpType::kConv && x.pad != std::array<int64_t, 4>{}) {
    refuse(node, "follows a padding, which only a Conv may");
  }
  if (op.inputs.empty()) op.inputs = {x.op};
  op.name = printable(to_utf8(node.name));
  if (op.name == "input") op.name += ".1";
  const std::string stem = op.name;
  const auto taken = [&](const Op& other) { return other.name == op.name; };
  for (int i = 2; std::any_of(b_.spec.network.ops.begin(), b_.spec.network.ops.end(), taken); ++i) {
    op.name = stem + "." + std::to_string(i);
  }
  x.op = op.name;
  b_.spec.network.ops.push_back(std::move(op));
  return x;
}

void OnnxReading::set_window(const OnnxNodeView& node, const Value& x, Op& op) const {
  const std::vector<int64_t> strides = node.integers("strides"), pads = node.integers("pads");
  const std::vector<int64_t> dilations = node.integers("dilations");
  const auto uneven = [](const std::vector<int64_t>& v) { return v.size() == 2 && v[0] != v[1]; };
  if (uneven(strides) || uneven(dilations))
    refuse(node, "has different steps for rows and columns");
  if (!strides.empty()) op.stride = small(strides[0]);
  if (!dilations.empty()) op.dilation = small(dilations[0]);
  if (op.stride < 1 || op.dilation < 1 || op.kernel_h < 1 || op.kernel_w < 1) {
    fail_corrupt("node " + node.words() + ": has a step or side below 1");
  }
  if (pads.size() == 4) {
    op.pad_top = small(pads[0]);
    op.pad_left = small(pads[1]);
    op.pad_bottom = small(pads[2]);
    op.pad_right = small(pads[3]);
  }
  const std::string automatic = node.text("auto_pad");
  if (automatic == "SAME_LOWER") refuse(node, "pads more in front (SAME_LOWER)");
  op.pad_same = automatic == "SAME_UPPER";
  op.ceil_mode = node.integer("ceil_mode", 0) != 0;
  op.pad_top += small(x.pad[0]);
  op.pad_left += small(x.pad[1]);
  op.pad_bottom += small(x.pad[2]);
  op.pad_right += small(x.pad[3]);
}

OnnxReadValue OnnxReading::convolution(const OnnxNodeView& node, const Value& x) {
  const auto found =
      node.inputs.size() > 1 ? view_.constants.find(node.inputs[1]) : view_.constants.end();
  if (found == view_.constants.end() || !found->second->is(FileValue::Kind::kTensor) ||
      found->second->tensor.shape.size() != 4) {
    refuse(node, "has no constant weights [out, in, height, width]");
  }
  const FileValue& weight = *found->second;
  Op op;
  op.type = OpType::kConv;
  op.out_channels = small(weight.tensor.shape[0]);
  op.kernel_h = small(weight.tensor.shape[2]);
  op.kernel_w = small(weight.tensor.shape[3]);
  op.groups = small(node.integer("group", 1));
  op.has_bias = node.inputs.size() > 2 && !node.inputs[2].empty();
  set_window(node, x, op);
  Value out = append(node, op, x);
  b_.use(found->first, weight, out.op + ".weight", weight.tensor);
  if (op.has_bias) {
    const auto bias = view_.constants.find(node.inputs[2]);
    if (bias == view_.constants.end() || !bias->second->is(FileValue::Kind::kTensor)) {
      refuse(node, "has a bias that is no constant");
    }
    b_.use(bias->first, *bias->second, out.op + ".bias", bias->second->tensor);
  }
  out.channels = op.out_channels;
  out.pad = {};
  if (x.height > 0 && x.width > 0) {
    out.height = onnx_window(x.height, op.kernel_h, op, op.pad_top, op.pad_bottom).size;
    out.width = onnx_window(x.width, op.kernel_w, op, op.pad_left, op.pad_right).size;
  }
  return out;
}

OnnxReadValue OnnxReading::pool(const OnnxNodeView& node, const Value& x) {
  Op op;
  op.type = node.type == "MaxPool" ? OpType::kMaxPool : OpType::kAvgPool;
  const std::vector<int64_t> kernel = node.integers("kernel_shape");
  if (kernel.size() != 2) refuse(node, "has no window of two sides");
  op.kernel_h = small(kernel[0]);
  op.kernel_w = small(kernel[1]);
  set_window(node, x, op);
  const bool padded =
      op.pad_same || op.pad_top != 0 || op.pad_left != 0 || op.pad_bottom != 0 || op.pad_right != 0;
  if (op.type == OpType::kAvgPool && padded && node.integer("count_include_pad", 0) != 0) {
    refuse(node, "counts the padding in its means (count_include_pad)");
  }
  Value out = append(node, op, x);
  if (x.height > 0 && x.width > 0) {
    out.height = onnx_window(x.height, op.kernel_h, op, op.pad_top, op.pad_bottom).size;
    out.width = onnx_window(x.width, op.kernel_w, op, op.pad_left, op.pad_right).size;
  }
  return out;
}

/// Into the operator before it where nobody else reads that one.
OnnxReadValue OnnxReading::activation(const OnnxNodeView& node, const Value& x, const Op& wanted) {
  const auto uses = view_.uses.find(node.inputs[0]);
  if (x.kind == Kind::kMap && x.pad == std::array<int64_t, 4>{} && uses->second == 1) {
    for (Op& op : b_.spec.network.ops) {
      const bool takes = op.type == OpType::kConv || op.type == OpType::kAdd;
      if (op.name != x.op || !takes || op.activation != Activation::kNone) continue;
      op.activation = wanted.type == OpType::kRelu ? Activation::kRelu : Activation::kClip;
      op.clip_low = wanted.clip_low;
      op.clip_high = wanted.clip_high;
      return x;
    }
  }
  return append(node, wanted, x);
}

OnnxReadValue OnnxReading::join(const OnnxNodeView& node, OpType type) {
  Op op;
  op.type = type;
  Value out;
  int64_t channels = 0;
  for (const std::string& input : node.inputs) {
    Value x = of(input);
    if (x.kind != Kind::kMap && x.kind != Kind::kImage) {
      if (const OnnxNodeView* maker = view_.maker(input)) lacks(*maker);
      refuse(node, "joins a map with something that is none");
    }
    x = as_map(x);
    if (x.pad != std::array<int64_t, 4>{}) refuse(node, "follows a padding, which only a Conv may");
    op.inputs.push_back(x.op);
    channels += x.channels;
    out = x;
  }
  if (type == OpType::kAdd && op.inputs.size() != 2) refuse(node, "adds more than two maps");
  out = append(node, op, out);
  if (type == OpType::kConcat) out.channels = channels;
  return out;
}

std::optional<std::pair<double, double>> OnnxReading::clip_bounds(const OnnxNodeView& node) const {
  double low = node.real("min", -kHuge), high = node.real("max", kHuge);
  for (size_t i = 1; i < std::min<size_t>(3, node.inputs.size()); ++i) {
    if (node.inputs[i].empty()) continue;
    const std::vector<float> bound = view_.floats(node.inputs[i]);
    if (bound.size() != 1) return {};
    (i == 1 ? low : high) = static_cast<double>(bound[0]);
  }
  if (std::isnan(low) || std::isnan(high)) return {};
  return std::pair{std::clamp(low, -kHuge, kHuge), std::clamp(high, -kHuge, kHuge)};
}

}  // namespace loci
