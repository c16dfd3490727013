// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/model/architectures.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace loci {
namespace {

/// Indexes of the operators an operator reads, -1 for the image.
std::vector<int> input_indexes(const Network& network,
                               size_t i,
                               const std::map<std::string, int>& index) {
  if (network.ops[i].inputs.empty()) return {static_cast<int>(i) - 1};
  std::vector<int> out;
  for (const std::string& name : network.ops[i].inputs)
    out.push_back(name == "input" ? -1 : index.at(name));
  return out;
}

/// MobileNetV2 sums wherever a block of stride 1 keeps its width, and narrow variants round widths
/// to the same number that differ at full width: there the sum is put in.
void add_missing_shortcuts(Network& network) {
  std::vector<Op> ops;
  std::map<std::string, std::string> renamed;
  std::string block_input = "input";
  int input_width = 0, stride = 1;
  for (Op op : network.ops) {
    for (std::string& input : op.inputs) input = renamed.contains(input) ? renamed[input] : input;
    ops.push_back(op);
    if (op.name.ends_with(".depthwise")) stride = op.stride;
    const bool project = op.name.ends_with(".project");
    if (!project && op.name != "conv0") continue;
    const std::string sum = op.name.substr(0, op.name.find('.')) + ".add";
    const auto named_sum = [&](const Op& each) { return each.name == sum; };
    const bool there = std::any_of(network.ops.begin(), network.ops.end(), named_sum);
    std::string output = there ? sum : op.name;
    if (project && !there && stride == 1 && op.out_channels == input_width) {
      Op add;
      add.type = OpType::kAdd;
      add.name = output = sum;
      add.inputs = {op.name, block_input};
      renamed[op.name] = sum;
      ops.push_back(add);
    }
    block_input = output;
    input_width = op.out_channels;
  }
  network.ops = std::move(ops);
}

/// Channels that an attention returns: those of its values.
template <class Of>
Result<int> attention_width(const Op& op, const std::vector<int>& inputs, const Of& of) {
  const int first = of(inputs[0]);
  const int q = inputs.size() == 1 ? first / 3 : first;
  const bool whole = inputs.size() == 1   ? first % 3 == 0
                     : inputs.size() == 2 ? of(inputs[1]) == 2 * q
                                          : of(inputs[1]) == q;
  const int v = inputs.size() == 3 ? of(inputs[2]) : q;
  if (whole && q % op.heads == 0 && v % op.heads == 0) return v;
  return corrupt(format("operator '%s': its inputs of %d channels do not fall into %d heads",
                        op.name.c_str(),
                        of(inputs[0]),
                        op.heads));
}

}  // namespace

std::vector<Parameter> parameters_of(const Op& op, int in_channels) {
  const int64_t in = in_channels, out = op.out_channels, count = op.count;
  const auto weight = [&](std::vector<int64_t> shape) {
    return Parameter{op.name + ".weight", std::move(shape)};
  };
  switch (op.type) {
    case OpType::kConv:
    case OpType::kLinear: {
      std::vector<Parameter> all = {op.type == OpType::kLinear
                                        ? weight({out, in})
                                        : weight({out, in / op.groups, op.kernel_h, op.kernel_w})};
      if (op.has_bias) all.push_back({op.name + ".bias", {out}});
      return all;
    }
    case OpType::kLayerNorm:
      return {weight({in}), {op.name + ".bias", {in}}};
    case OpType::kScale:
      return {weight({in})};
    case OpType::kTokens:
    case OpType::kPositions:
      return {weight({count, in})};
    case OpType::kLearnt:
      return {weight({count, out})};
    case OpType::kSignedPower:
      return {{op.name + ".hidden.weight", {out, in}},
              {op.name + ".hidden.bias", {out}},
              {op.name + ".out.weight", {1, out}},
              {op.name + ".out.bias", {1}}};
    default:
      return {};
  }
}

Result<std::vector<int>> input_channels(const Network& network, int in_channels) {
  LOCI_TRY(channels, operator_channels(network, in_channels));
  std::map<std::string, int> index;
  std::vector<int> out;
  for (size_t i = 0; i < network.ops.size(); ++i) {
    const int input = input_indexes(network, i, index)[0];
    out.push_back(input < 0 ? in_channels : channels[static_cast<size_t>(input)]);
    index[network.ops[i].name] = static_cast<int>(i);
  }
  return out;
}

Result<std::vector<int>> operator_channels(const Network& network, int in_channels) {
  LOCI_RETURN_IF_ERROR(validate(network));
  std::vector<int> channels;
  std::map<std::string, int> index;
  const auto of = [&](int i) { return i < 0 ? in_channels : channels[static_cast<size_t>(i)]; };
  for (size_t i = 0; i < network.ops.size(); ++i) {
    const Op& op = network.ops[i];
    const std::vector<int> inputs = input_indexes(network, i, index);
    int width = of(inputs[0]);
    if (op.type == OpType::kConv) {
      if (width % op.groups != 0) {
        return corrupt(
            format("operator '%s': its input of %d channels does not fall into %d groups",
                   op.name.c_str(),
                   width,
                   op.groups));
      }
      width = op.out_channels;
    } else if (op.type == OpType::kConcat) {
      for (size_t k = 1; k < inputs.size(); ++k) width += of(inputs[k]);
    } else if (op.type == OpType::kSpaceToDepth) {
      if (width > (1 << 16) / (op.stride * op.stride)) {
        return corrupt(format("operator '%s': more than 65536 channels", op.name.c_str()));
      }
      width *= op.stride * op.stride;
    } else if (op.type == OpType::kLinear || op.type == OpType::kLearnt) {
      width = op.out_channels;
    } else if (op.type == OpType::kAttention) {
      LOCI_TRY(made, attention_width(op, inputs, of));
      width = made;
    } else if (op.type == OpType::kSwiGlu) {
      if (width % 2 != 0)
        return corrupt(format("operator '%s': %d channels have no halves", op.name.c_str(), width));
      width /= 2;
    } else if (op.type == OpType::kJoinRows && of(inputs[1]) != width) {
      return corrupt(format("operator '%s': joins rows of %d and %d channels",
                            op.name.c_str(),
                            width,
                            of(inputs[1])));
    } else if (op.type == OpType::kAdd && of(inputs[1]) != width) {
      return corrupt(
          format("operator '%s': adds %d channels to %d", op.name.c_str(), of(inputs[1]), width));
    }
    channels.push_back(width);
    index[op.name] = static_cast<int>(i);
  }
  return channels;
}

Result<TensorMap> random_weights(const Network& network, int in_channels, uint64_t seed) {
  const auto found = input_channels(network, in_channels);
  if (!found.ok()) return invalid_argument(found.status().message());
  TensorMap tensors;
  for (size_t i = 0; i < network.ops.size(); ++i) {
    const Op& op = network.ops[i];
    Rng rng(seed, op.name);
    for (const Parameter& each : parameters_of(op, found.value()[i])) {
      int64_t count = 1;
      for (const int64_t side : each.shape) count *= side;
      std::vector<float> values(static_cast<size_t>(count));
      const bool product =
          op.type == OpType::kConv || op.type == OpType::kLinear || op.type == OpType::kSignedPower;
      if (each.name.ends_with(".bias")) {
        for (float& value : values) value = static_cast<float>(rng.uniform(-0.05, 0.05));
      } else if (product) {
        const double fan_in = static_cast<double>(count / each.shape[0]);
        const double variance = (op.activation == Activation::kNone ? 1 : 2) / fan_in;
        const auto half_width = static_cast<float>(std::sqrt(3 * variance));
        for (float& value : values)
          value = (static_cast<float>(rng.next() >> 40) * 0x1p-23f - 1) * half_width;
      } else {
        // Factors near one; rows that are added or put in small beside what they meet.
        const bool factor = op.type == OpType::kLayerNorm || op.type == OpType::kScale;
        for (float& value : values)
          value = static_cast<float>(factor ? rng.uniform(0.8, 1.2) : rng.uniform(-0.5, 0.5));
      }
      tensors[each.name] = make_tensor(each.shape, values);
    }
  }
  return tensors;
}

Result<Network> crop_network(const Network& network, const std::string& last) {
  Network out{.architecture = network.architecture, .ops = {}};
  for (const Op& op : network.ops) {
    out.ops.push_back(op);
    if (op.name == last) return out;
  }
  return not_found("the network '" + network.architecture + "' has no operator '" + last + "'");
}

Result<Network> with_widths_of(const Network& network, const TensorMap& tensors) {
  Network out = network;
  for (Op& op : out.ops) {
    if (op.type != OpType::kConv) continue;
    const bool depthwise = op.groups > 1 && op.groups == op.out_channels;
    LOCI_TRY(weight, find_tensor(tensors, op.name + ".weight", {-1, -1, op.kernel_h, op.kernel_w}));
    if (weight.shape[0] < 1 || weight.shape[0] > (1 << 16)) {
      return corrupt("tensor '" + op.name + ".weight' is " + weight.to_string() +
                     ", expected 1 to 65536 outputs");
    }
    op.out_channels = static_cast<int>(weight.shape[0]);
    if (depthwise) op.groups = op.out_channels;
  }
  if (out.architecture.starts_with("mobilenet_v2")) add_missing_shortcuts(out);
  LOCI_RETURN_IF_ERROR(validate(out));
  return out;
}

}  // namespace loci
