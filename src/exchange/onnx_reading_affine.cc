// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_reading.h"

#include "loci/base/text.h"
#include "loci/model/fold.h"

#include <cmath>

namespace loci {
namespace {

Tensor vector_tensor(const std::vector<float>& values) {
  return make_tensor({static_cast<int64_t>(values.size())}, values);
}

}  // namespace

OnnxReadValue OnnxReading::batch_norm(const OnnxNodeView& node, const Value& x) {
  if (node.inputs.size() < 5) refuse(node, "has not its five inputs");
  std::array<std::vector<float>, 4> parts;
  for (size_t i = 0; i < 4; ++i) {
    parts[i] = view_.floats(node.inputs[i + 1]);
    if (std::ssize(parts[i]) != x.channels) {
      fail_corrupt("node " + node.words() + ": '" + printable(node.inputs[i + 1]) + "' has " +
                   std::to_string(parts[i].size()) + " numbers, the map " +
                   std::to_string(x.channels) + " channels");
    }
  }
  const double eps = node.real("epsilon", 1e-5);
  std::vector<float> gain, shift;
  for (size_t c = 0; c < parts[0].size(); ++c) {
    if (!(parts[3][c] >= 0)) fail_corrupt("node " + node.words() + ": has a variance below zero");
    const double g = double{parts[0][c]} / std::sqrt(double{parts[3][c]} + eps);
    gain.push_back(static_cast<float>(g));
    shift.push_back(static_cast<float>(double{parts[1][c]} - double{parts[2][c]} * g));
  }
  return affine(node, x, gain, shift, node.inputs[1]);
}

/// gain * x + shift for each channel: into the convolution that made x and that nobody else reads,
/// else a depthwise convolution of its own.
OnnxReadValue OnnxReading::affine(const OnnxNodeView& node,
                                  const Value& from,
                                  const std::vector<float>& gain,
                                  const std::vector<float>& shift,
                                  const std::string& named) {
  const Value x = as_map(from);
  const auto constant = view_.constants.find(named);
  Op* before = nullptr;
  for (Op& op : b_.spec.network.ops) {
    if (op.name == x.op) before = &op;
  }
  const auto uses = view_.uses.find(node.inputs[0]);
  const bool mine = uses != view_.uses.end() && uses->second == 1;
  if (before != nullptr && before->type == OpType::kConv && mine &&
      before->activation == Activation::kNone && x.pad == std::array<int64_t, 4>{}) {
    const std::vector<float> ones(gain.size(), 1), zeros(gain.size(), 0);
    const BatchNorm norm{
        vector_tensor(gain), vector_tensor(shift), vector_tensor(zeros), vector_tensor(ones), 0};
    Tensor& weight = b_.tensors.at(x.op + ".weight");
    const auto bias = b_.tensors.find(x.op + ".bias");
    const ConvWeights folded = take(
        fold_batch_norm(x.op, weight, bias == b_.tensors.end() ? nullptr : &bias->second, norm));
    weight = folded.weight;
    b_.tensors[x.op + ".bias"] = folded.bias;
    before->has_bias = true;
    b_.report.checks.push_back("node " + node.words() + " folded into convolution '" + x.op + "'");
    return x;
  }
  Op op;
  op.type = OpType::kConv;
  op.out_channels = op.groups = static_cast<int>(x.channels);
  Value out = append(node, op, x);
  static const FileValue kNothing = FileValue::make_other("computed");
  const FileValue& source = constant == view_.constants.end() ? kNothing : *constant->second;
  const bool is_tensor = source.is(FileValue::Kind::kTensor);
  Tensor weight = make_tensor({x.channels, 1, 1, 1}, gain);
  if (is_tensor) {
    b_.use(named, source, out.op + ".weight", weight, "as a depthwise convolution");
  } else {
    b_.tensors[out.op + ".weight"] = weight;
  }
  b_.tensors[out.op + ".bias"] = vector_tensor(shift);
  out.pad = {};
  return out;
}

}  // namespace loci
