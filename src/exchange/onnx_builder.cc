// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_builder.h"

#include "guard.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

namespace loci {
namespace {

std::string join_numbers(const std::vector<int64_t>& values) {
  std::string text;
  for (const int64_t value : values) text += (text.empty() ? "" : "x") + std::to_string(value);
  return text;
}

Tensor int64_tensor(const std::vector<int64_t>& values) {
  auto owner = std::make_shared<const std::vector<int64_t>>(values);
  Tensor tensor;
  tensor.dtype = DType::kI64;
  tensor.shape = {static_cast<int64_t>(values.size())};
  tensor.bytes = {reinterpret_cast<const uint8_t*>(owner->data()), owner->size() * sizeof(int64_t)};
  tensor.owner = owner;
  return tensor;
}

}  // namespace

std::string OnnxBuilder::fresh(const std::string& name) {
  std::string out = name;
  for (int i = 2; !names_.insert(out).second; ++i) out = name + "." + std::to_string(i);
  return out;
}

std::string OnnxBuilder::node(const std::string& type,
                              const std::string& name,
                              std::vector<std::string> inputs,
                              Attributes attributes) {
  const std::string output = fresh(name);
  graph.nodes.push_back({type, output, std::move(inputs), {output}, std::move(attributes)});
  return output;
}

void OnnxBuilder::node_as(const std::string& type,
                          const std::string& name,
                          const std::string& output,
                          std::vector<std::string> inputs,
                          Attributes attributes) {
  graph.nodes.push_back({type, name, std::move(inputs), {output}, std::move(attributes)});
}

std::string OnnxBuilder::constant(const std::string& name, Tensor tensor) {
  graph.initializers.emplace(name, std::move(tensor));
  return name;
}

void OnnxBuilder::claim(int64_t numbers) {
  constexpr int64_t kMost = int64_t{1} << 27;
  if (numbers < 0 || numbers > kMost - claimed_) {
    fail_unsupported("the graph would need more constants than " + std::to_string(kMost) +
                     " numbers; a smaller input or fewer clusters make them fewer");
  }
  claimed_ += numbers;
}

std::string OnnxBuilder::filled(const std::string& name, std::vector<int64_t> shape, float value) {
  if (graph.initializers.contains(name)) return name;
  uint64_t size = 1;
  for (const int64_t side : shape) {
    if (side < 0 || !checked_mul(size, static_cast<uint64_t>(side), &size)) size = UINT64_MAX;
  }
  claim(size > INT64_MAX ? INT64_MAX : static_cast<int64_t>(size));
  return constant(name, make_tensor(std::move(shape), std::vector<float>(size, value)));
}

std::string OnnxBuilder::integers(const std::vector<int64_t>& values) {
  return constant("loci.integers." + join_numbers(values), int64_tensor(values));
}

std::string OnnxBuilder::number(float value) {
  return constant(format("loci.number.%.9g", static_cast<double>(value)),
                  make_tensor({}, std::vector{value}));
}

std::string OnnxBuilder::weight(const std::string& name, std::vector<int64_t> shape) {
  const auto found = weights_.find(name);
  if (found == weights_.end()) throw Error(not_found("the model has no tensor '" + name + "'"));
  Tensor tensor = found->second;
  if (tensor.dtype != DType::kF32) tensor = make_tensor(tensor.shape, tensor.to_floats());
  if (!shape.empty()) {
    int64_t size = 1;
    for (const int64_t side : shape) size *= side;
    if (size != tensor.size()) {
      fail_corrupt("tensor '" + name + "' is " + tensor.to_string() + ", expected " +
                   join_numbers(shape));
    }
    tensor.shape = std::move(shape);
  }
  return constant(name, std::move(tensor));
}

OnnxMap OnnxBuilder::apply(const std::string& type,
                           const std::string& name,
                           const OnnxMap& x,
                           Attributes attributes) {
  OnnxMap out = x;
  out.value = node(type, name, {x.value}, std::move(attributes));
  return out;
}

void OnnxBuilder::clip(const std::string& name,
                       const std::string& output,
                       const std::string& input,
                       float low,
                       float high) {
  if (!portable_) {
    node_as("Clip", name, output, {input, number(low), number(high)});
    return;
  }
  // x = low + relu(x - low) from below; from above, what exceeds the width is taken off again.
  std::string x = input;
  if (low != 0) x = node("Sub", name + ".from_low", {x, number(low)});
  const bool bounded = high < kNoBound;
  x = bounded || low != 0 ? node("Relu", name + ".above", {x}) : x;
  if (!bounded) {
    low != 0 ? node_as("Add", name, output, {x, number(low)}) : node_as("Relu", name, output, {x});
    return;
  }
  const std::string beyond = node("Sub", name + ".beyond_high", {x, number(high - low)});
  const std::string excess = node("Relu", name + ".excess", {beyond});
  if (low == 0) {
    node_as("Sub", name, output, {x, excess});
    return;
  }
  x = node("Sub", name + ".within", {x, excess});
  node_as("Add", name, output, {x, number(low)});
}

OnnxMap OnnxBuilder::pointwise(const std::string& name,
                               const OnnxMap& x,
                               const std::string& weight,
                               const std::string& bias,
                               int64_t out_channels,
                               int64_t groups) {
  OnnxMap out = x;
  out.channels = out_channels;
  std::vector<std::string> inputs{x.value, weight};
  if (!bias.empty()) inputs.push_back(bias);
  out.value = node("Conv",
                   name,
                   std::move(inputs),
                   {{"kernel_shape", std::vector<int64_t>{1, 1}}, {"group", groups}});
  return out;
}

OnnxMap OnnxBuilder::join(const std::string& type,
                          const std::string& name,
                          const OnnxMap& a,
                          const OnnxMap& b) {
  OnnxMap out = a;
  out.value = node(type, name, {a.value, b.value});
  return out;
}

OnnxMap OnnxBuilder::reshape(
    const std::string& name, const OnnxMap& x, int64_t channels, int64_t height, int64_t width) {
  // 0 keeps the batch as it is.
  const std::string shape = integers({batch_ == kAnySize ? 0 : batch_, channels, height, width});
  return {node("Reshape", name, {x.value, shape}), channels, height, width};
}

OnnxMap OnnxBuilder::transpose_rows(const std::string& name, const OnnxMap& x) {
  OnnxMap out{"", x.height, x.channels, x.width};
  out.value = node("Transpose", name, {x.value}, {{"perm", std::vector<int64_t>{0, 2, 1, 3}}});
  return out;
}

OnnxMap OnnxBuilder::spread(
    const std::string& name, const OnnxMap& x, int64_t channels, int64_t groups, float add) {
  const std::string size = std::to_string(channels);
  const std::string ones = filled("loci.ones." + size + "x" + std::to_string(x.channels / groups),
                                  {channels, x.channels / groups, 1, 1},
                                  1);
  const std::string bias =
      add == 0 ? ""
               : filled(format("loci.bias.%s.%.9g", size.c_str(), static_cast<double>(add)),
                        {channels},
                        add);
  return pointwise(name, x, ones, bias, channels, groups);
}

OnnxMap OnnxBuilder::l2(
    const std::string& name, const OnnxMap& x, int64_t groups, float floor, float add) {
  const int64_t each = x.channels / groups;
  const OnnxMap squares = join("Mul", name + ".squares", x, x);
  const std::string size = std::to_string(groups);
  const std::string ones =
      filled("loci.ones." + size + "x" + std::to_string(each), {groups, each, 1, 1}, 1);
  const std::string bias =
      filled("loci.floor." + size + (floor > 1e-20f ? ".root" : ".clamp"), {groups}, floor);
  const OnnxMap sums = pointwise(name + ".sums", squares, ones, bias, groups, groups);
  const OnnxMap norms = apply("Sqrt", name + ".norms", sums);
  return join("Div", name, x, spread(name + ".spread", norms, x.channels, groups, add));
}

void need_fixed_size(const OnnxMap& map, const std::string& what) {
  if (!map.fixed()) {
    throw Error(invalid_argument(what + " needs a fixed size of the input: give the width and "
                                        "height with --size"));
  }
}

}  // namespace loci
