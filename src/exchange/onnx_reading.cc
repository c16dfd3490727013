// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_reading.h"

#include "loci/base/text.h"

#include <set>

namespace loci {
namespace {

constexpr const char* kRead =
    "Conv, BatchNormalization, Relu, Clip, MaxPool, AveragePool, Add, Sum, Concat, LRN, Pad, L2 "
    "norms, products and sums with constants, global mean, maximum and GeM, Gemm and MatMul";

/// Operators that kRead speaks of by what they do.
constexpr const char* kReadByPurpose =
    "GlobalAveragePool GlobalMaxPool ReduceMean ReduceMax Pow ReduceL2 LpNormalization Div Mul Sub "
    "Flatten Reshape Squeeze Unsqueeze Transpose";

}  // namespace

OnnxReadValue OnnxReading::run() {
  Value image;
  image.kind = Kind::kImage;
  image.op = "input";
  image.channels = 3;
  if (view_.input_shape.size() == 4) {
    const bool rows_first = view_.input_shape[3] == 3 && view_.input_shape[1] != 3;
    image.height = view_.input_shape[rows_first ? 1 : 2];
    image.width = view_.input_shape[rows_first ? 2 : 3];
    const int64_t channels = view_.input_shape[rows_first ? 3 : 1];
    if (channels != 3 && channels != -1) {
      fail_unsupported("the input '" + printable(view_.input) + "' has " +
                       std::to_string(channels) + " channels; a photograph has 3");
    }
  } else if (!view_.input_shape.empty()) {
    fail_unsupported("the input '" + printable(view_.input) + "' has " +
                     std::to_string(view_.input_shape.size()) +
                     " sides; an image is [batch, 3, height, width]");
  }
  values_[view_.input] = image;
  for (const OnnxNodeView& node : view_.nodes) values_[node.outputs[0]] = read(node);
  const Value out = of(view_.output);
  if (out.kind == Kind::kMap || out.kind == Kind::kVector) return out;
  if (const OnnxNodeView* maker = view_.maker(view_.output)) lacks(*maker);
  fail_corrupt("the output is the input: there is no network");
}

OnnxReadValue OnnxReading::read(const OnnxNodeView& node) {
  if (auto value = read_head(node)) return *value;
  if (auto value = read_network(node)) return *value;
  return {};
}

OnnxReadValue OnnxReading::of(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? Value() : found->second;
}

const OnnxReadValue* OnnxReading::known(const OnnxNodeView& node, size_t input, Kind kind) const {
  if (input >= node.inputs.size()) return nullptr;
  const auto found = values_.find(node.inputs[input]);
  return found != values_.end() && found->second.kind == kind ? &found->second : nullptr;
}

void OnnxReading::refuse(const OnnxNodeView& node, const std::string& why) const {
  fail_unsupported("node " + node.words() + " " + why +
                   "; the network before it can be taken with --last NODE");
}

/// Names the first node that was not understood on the way to `node`.
void OnnxReading::lacks(const OnnxNodeView& node) const {
  const OnnxNodeView* first = &node;
  std::set<std::string> seen{node.outputs[0]};
  for (bool moved = true; moved;) {
    moved = false;
    for (const std::string& input : first->inputs) {
      const auto found = values_.find(input);
      const OnnxNodeView* maker = view_.maker(input);
      if (maker == nullptr || found == values_.end() || found->second.kind != Kind::kWaiting) {
        continue;
      }
      if (!seen.insert(input).second) continue;
      first = maker;
      moved = true;
      break;
    }
  }
  const auto speaks_of = [&](const char* list) {
    return std::string(list).find(first->type) != std::string::npos;
  };
  refuse(*first,
         speaks_of(kRead) || speaks_of(kReadByPurpose)
             ? "stands where it is not read: behind the pooling, reading what is no map, or in a "
               "layer that is not known"
             : std::string("is not among what is read (") + kRead + ")");
}

}  // namespace loci
