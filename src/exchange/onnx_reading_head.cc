// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What comes behind the feature map: global pooling, GeM, a linear layer, L2 norms. And arithmetic
// with constants, before the first operator and after any.
#include "onnx_reading.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

constexpr int kMaxPattern = 8;  // nodes between a division and the sum of squares it divides by

bool one_of(const std::string& type, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return type == name; });
}

}  // namespace

std::optional<OnnxReadValue> OnnxReading::read_head(const OnnxNodeView& node) {
  if (node.inputs.empty()) return {};
  if (node.type == "Transpose" && known(node, 0, Kind::kImage) != nullptr &&
      node.integers("perm") == std::vector<int64_t>{0, 3, 1, 2}) {
    return of(node.inputs[0]);  // images stored row by row
  }
  if (one_of(node.type, {"Flatten", "Reshape", "Squeeze", "Unsqueeze"}) &&
      (known(node, 0, Kind::kVector) != nullptr)) {
    return of(node.inputs[0]);
  }
  if (node.type == "Pad") {  // PyTorch puts one of nothing before each avg_pool2d
    const std::vector<int64_t> pads = paddings(node);
    if (!pads.empty() && std::ranges::count(pads, 0) == std::ssize(pads)) return of(node.inputs[0]);
  }
  for (const auto rule : {&OnnxReading::image_scaling,
                          &OnnxReading::global_pool,
                          &OnnxReading::power,
                          &OnnxReading::linear,
                          &OnnxReading::normalised,
                          &OnnxReading::constant_arithmetic}) {
    if (auto value = (this->*rule)(node)) return value;
  }
  return {};
}

namespace {

/// A constant for each channel, or one for all.
std::vector<double> per_channel(const std::vector<float>& values, int64_t channels) {
  if (values.size() != 1 && std::ssize(values) != channels) return {};
  std::vector<double> out(static_cast<size_t>(channels));
  for (size_t c = 0; c < out.size(); ++c) {
    out[c] = static_cast<double>(values[values.size() == 1 ? 0 : c]);
  }
  return out;
}

}  // namespace

/// Sub, Add, Mul and Div of the image with constants, before any operator.
std::optional<OnnxReadValue> OnnxReading::image_scaling(const OnnxNodeView& node) {
  if (!one_of(node.type, {"Add", "Sub", "Mul", "Div"}) || node.inputs.size() != 2) return {};
  const Value* x = known(node, 0, Kind::kImage);
  if (x == nullptr) return {};
  const std::vector<double> c = per_channel(view_.floats(node.inputs[1]), 3);
  if (c.empty()) return {};
  Value out = *x;
  for (size_t i = 0; i < 3; ++i) {
    if (node.type == "Add" || node.type == "Sub") {
      out.shift[i] += node.type == "Add" ? c[i] : -c[i];
    } else {
      const double factor = node.type == "Mul" ? c[i] : 1 / c[i];
      if (!std::isfinite(factor) || factor == 0) refuse(node, "scales the image by 0 or infinity");
      out.scale[i] *= factor;
      out.shift[i] *= factor;
    }
  }
  return out;
}

/// The same of a map, as a batch normalisation.
std::optional<OnnxReadValue> OnnxReading::constant_arithmetic(const OnnxNodeView& node) {
  if (!one_of(node.type, {"Add", "Sub", "Mul", "Div"}) || node.inputs.size() != 2) return {};
  size_t side = 0;
  if (known(node, 0, Kind::kMap) == nullptr) side = 1;
  const Value* x = known(node, side, Kind::kMap);
  if (x == nullptr || !view_.is_constant(node.inputs[1 - side])) return {};
  if (side == 1 && (node.type == "Sub" || node.type == "Div")) return {};
  const std::vector<double> c = per_channel(view_.floats(node.inputs[1 - side]), x->channels);
  if (c.empty()) return {};
  std::vector<float> gain(c.size(), 1), shift(c.size(), 0);
  for (size_t i = 0; i < c.size(); ++i) {
    if (node.type == "Mul") gain[i] = static_cast<float>(c[i]);
    if (node.type == "Div") gain[i] = static_cast<float>(1 / c[i]);
    if (node.type == "Add") shift[i] = static_cast<float>(c[i]);
    if (node.type == "Sub") shift[i] = static_cast<float>(-c[i]);
  }
  OnnxNodeView first = node;
  std::swap(first.inputs[0], first.inputs[side]);
  return affine(first, *x, gain, shift, node.inputs[1 - side]);
}

std::optional<OnnxReadValue> OnnxReading::global_pool(const OnnxNodeView& node) {
  const bool mean = one_of(node.type, {"GlobalAveragePool", "ReduceMean", "AveragePool"});
  if (!mean && !one_of(node.type, {"GlobalMaxPool", "ReduceMax", "MaxPool"})) return {};
  const Value x = of(node.inputs[0]);
  if (x.kind != Kind::kMap && !(mean && x.kind == Kind::kPowered && !x.mean)) return {};
  if (node.type == "AveragePool" || node.type == "MaxPool") {  // over the whole map
    const std::vector<int64_t> kernel = node.integers("kernel_shape");
    const std::vector<int64_t> pads = node.integers("pads");
    const bool padded = node.text("auto_pad").starts_with("SAME") ||
                        std::any_of(pads.begin(), pads.end(), [](int64_t p) { return p != 0; });
    if (padded || x.height < 1 || kernel != std::vector<int64_t>{x.height, x.width}) return {};
  } else if (node.type.starts_with("Reduce")) {
    std::vector<int64_t> axes = node.integers("axes");
    if (axes.empty() && node.inputs.size() > 1) axes = view_.integers(node.inputs[1]);
    for (int64_t& axis : axes) axis += axis < 0 ? 4 : 0;
    std::sort(axes.begin(), axes.end());
    if (axes != std::vector<int64_t>{2, 3}) return {};
  }
  if (x.pad != std::array<int64_t, 4>{}) refuse(node, "follows a padding, which only a Conv may");
  Value out = x;
  if (x.kind == Kind::kPowered) {
    out.mean = true;
    return out;
  }
  out.kind = Kind::kVector;
  out.head.pooling = mean ? "mean" : "max";
  return out;
}

/// The number that a value always is: a constant (or one for each channel, all equal), or a product
/// or quotient of such, as exporters leave behind 1 / p. 0 where it is none.
double OnnxReading::exponent(const std::string& value, int depth) const {
  const std::vector<float> constant = view_.floats(value);
  if (!constant.empty()) {
    const bool same =
        std::all_of(constant.begin(), constant.end(), [&](float v) { return v == constant[0]; });
    return same ? static_cast<double>(constant[0]) : 0;
  }
  const OnnxNodeView* maker = view_.maker(value);
  if (maker == nullptr || maker->inputs.empty() || depth > 4) return 0;
  const double first = exponent(maker->inputs[0], depth + 1);
  if (maker->type == "Reciprocal") return first == 0 ? 0 : 1 / first;
  if (maker->inputs.size() != 2) return 0;
  const double second = exponent(maker->inputs[1], depth + 1);
  if (maker->type == "Mul") return first * second;
  return maker->type == "Div" && second != 0 ? first / second : 0;
}

/// GeM: max(x, eps)^p, mean, ^(1/p). The floor is part of the layer and no operator.
std::optional<OnnxReadValue> OnnxReading::power(const OnnxNodeView& node) {
  if (node.type != "Pow" || node.inputs.size() != 2) return {};
  const Value x = of(node.inputs[0]);
  const double p = exponent(node.inputs[1]);
  if (!(p > 0) || p > 1e6) return {};
  if (x.kind == Kind::kMap) {
    Value out = x;
    out.kind = Kind::kPowered;
    out.gem_p = p;
    std::vector<Op>& ops = b_.spec.network.ops;
    if (!ops.empty() && ops.back().name == x.op && ops.back().type == OpType::kClip &&
        ops.back().clip_low > 0 && ops.back().clip_low < 1e-3 && ops.back().clip_high > 1e30) {
      out.op = ops.back().inputs[0];
      ops.pop_back();
    }
    return out;
  }
  if (x.kind != Kind::kPowered || !x.mean || std::fabs(p * x.gem_p - 1) > 1e-4) return {};
  Value out = x;
  out.kind = Kind::kVector;
  out.head.pooling = "gem";
  out.head.gem_p = x.gem_p;
  return out;
}

OnnxReadValue OnnxReading::with_linear(const OnnxNodeView& node,
                                       const Value& x,
                                       OnnxHead layer) const {
  if (x.head.has_linear || x.head.final_norm) {
    refuse(node, "is a second linear layer; one behind the pooling is read");
  }
  if (layer.in != x.channels) {
    fail_corrupt("node " + node.words() + ": its weights take " + std::to_string(layer.in) +
                 " numbers, the descriptor has " + std::to_string(x.channels));
  }
  Value out = x;
  out.channels = layer.out;
  layer.pooling = x.head.pooling;
  layer.gem_p = x.head.gem_p;
  layer.pooled_norm = x.head.pooled_norm;
  layer.has_linear = true;
  out.head = std::move(layer);
  return out;
}

std::optional<OnnxReadValue> OnnxReading::linear(const OnnxNodeView& node) {
  const Value* x = known(node, 0, Kind::kVector);
  if (x == nullptr || node.inputs.size() < 2) return {};
  if (node.type == "Add" && x->head.has_linear && x->head.bias_from.empty() &&
      !x->head.final_norm) {
    Value out = *x;
    out.head.bias = view_.floats(node.inputs[1]);
    out.head.bias_from = node.inputs[1];
    return std::ssize(out.head.bias) == out.head.out ? std::optional(out) : std::nullopt;
  }
  const auto constant = view_.constants.find(node.inputs[1]);
  if (!one_of(node.type, {"Gemm", "MatMul", "Conv"}) || constant == view_.constants.end())
    return {};
  const FileValue& weight = *constant->second;
  if (!weight.is(FileValue::Kind::kTensor)) return {};
  std::vector<int64_t> shape = weight.tensor.shape;
  while (node.type == "Conv" && shape.size() > 2 && shape.back() == 1) shape.pop_back();
  if (shape.size() != 2 || node.integer("group", 1) != 1 || node.integer("transA", 0) != 0 ||
      node.real("alpha", 1) != 1 || node.real("beta", 1) != 1) {
    return {};
  }
  OnnxHead layer;
  layer.weight_from = node.inputs[1];
  layer.weight = weight.tensor.to_floats();
  const bool rows_are_outputs = node.type == "Conv" || node.integer("transB", 0) != 0;
  layer.out = shape[rows_are_outputs ? 0 : 1];
  layer.in = shape[rows_are_outputs ? 1 : 0];
  if (!rows_are_outputs) {
    std::vector<float> turned(layer.weight.size());
    for (size_t i = 0; i < turned.size(); ++i) {
      const auto in = static_cast<size_t>(layer.in), out = static_cast<size_t>(layer.out);
      turned[i] = layer.weight[i % in * out + i / in];
    }
    layer.weight = std::move(turned);
  }
  if (node.inputs.size() > 2 && !node.inputs[2].empty()) {
    layer.bias_from = node.inputs[2];
    layer.bias = view_.floats(node.inputs[2]);
    if (std::ssize(layer.bias) != layer.out) return {};
  }
  return with_linear(node, *x, std::move(layer));
}

bool OnnxReading::over_channels(const OnnxNodeView& node) const {
  std::vector<int64_t> axes = node.integers("axes");
  if (node.has("axis")) axes = {node.integer("axis", 0)};
  if (axes.empty() && node.inputs.size() > 1) axes = view_.integers(node.inputs[1]);
  if (axes.size() != 1) return false;
  const Value x = of(node.inputs[0]);
  return axes[0] == 1 || (axes[0] == -3 && x.kind == Kind::kMap) ||
         (axes[0] == -1 && x.kind == Kind::kVector);
}

/// Is `divisor` sqrt(sum x^2), perhaps kept from zero and spread to x's shape?
bool OnnxReading::is_norm_of(const std::string& divisor, const std::string& x) const {
  bool root = false;
  std::string value = divisor;
  for (int i = 0; i < kMaxPattern; ++i) {
    const OnnxNodeView* node = view_.maker(value);
    if (node == nullptr || node->inputs.empty()) return false;
    const std::string& type = node->type;
    if (one_of(type, {"ReduceL2", "ReduceSumSquare"})) {
      return node->inputs[0] == x && over_channels(*node) && (type == "ReduceL2" || root);
    }
    if (type == "ReduceSum") {
      const OnnxNodeView* square = view_.maker(node->inputs[0]);
      if (!root || square == nullptr || square->inputs.size() != 2 || square->inputs[0] != x) {
        return false;
      }
      OnnxNodeView on_x = *node;
      on_x.inputs[0] = x;
      const bool product = square->type == "Mul" && square->inputs[1] == x;
      return (product || (square->type == "Pow" && exponent(square->inputs[1]) == 2)) &&
             over_channels(on_x);
    }
    if (type == "Sqrt" || (type == "Pow" && exponent(node->inputs.back()) == 0.5)) {
      if (root) return false;
      root = true;
    } else if (one_of(type, {"Clip", "Max", "Add"})) {
      for (size_t k = 1; k < node->inputs.size(); ++k) {
        if (!node->inputs[k].empty() && !view_.is_constant(node->inputs[k])) return false;
      }
    } else if (!one_of(type, {"Expand", "Unsqueeze", "Reshape"})) {
      return false;
    }
    value = node->inputs[0];
  }
  return false;
}

std::optional<OnnxReadValue> OnnxReading::normalised(const OnnxNodeView& node) {
  const Value x = of(node.inputs[0]);
  if (x.kind != Kind::kMap && x.kind != Kind::kVector) return {};
  if (node.type == "LpNormalization") {
    if (node.integer("p", 2) != 2) return {};
    const int64_t axis = node.integer("axis", -1);
    if (axis != 1 && !(axis == -1 && x.kind == Kind::kVector)) return {};
  } else if (node.type != "Div" || node.inputs.size() != 2 ||
             !is_norm_of(node.inputs[1], node.inputs[0])) {
    return {};
  }
  if (x.kind == Kind::kMap) {
    Op op;
    op.type = OpType::kL2Norm;
    return append(node, op, x);
  }
  Value out = x;
  (x.head.has_linear ? out.head.final_norm : out.head.pooled_norm) = true;
  return out;
}

}  // namespace loci
