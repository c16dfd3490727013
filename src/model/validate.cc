// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/text.h"
#include "loci/model/spec.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace loci {
namespace {

constexpr const char* kOpNames[] = {
    "conv",   "max_pool",   "avg_pool",  "add",           "concat",      "relu",
    "clip",   "lrn",        "l2_norm",   "instance_norm", "upsample",    "space_to_depth",
    "linear", "layer_norm", "scale",     "tokens",        "positions",   "attention",
    "swiglu", "rows",       "join_rows", "learnt",        "signed_power"};

const char* number_word(size_t n) { return n == 1 ? "one input" : "two inputs"; }

Status check_inputs(const Op& op, const std::set<std::string>& known) {
  for (const std::string& input : op.inputs) {
    if (!known.contains(input)) {
      return corrupt("operator '" + op.name + "' reads '" + input +
                     "', which no operator before it makes");
    }
  }
  if (op.type == OpType::kConcat) return {};
  if (op.type == OpType::kAttention && (op.inputs.size() == 2 || op.inputs.size() == 3)) return {};
  const bool two =
      op.type == OpType::kAdd || op.type == OpType::kUpsample || op.type == OpType::kJoinRows;
  const size_t expected = two ? 2 : 1;
  if (std::max(op.inputs.size(), size_t{1}) == expected) return {};
  return corrupt("operator '" + op.name + "': '" + op_type_name(op.type) + "' has " +
                 number_word(expected));
}

Status check_numbers(const Op& op) {
  const auto within = [&](const char* what, int value, int low, int high) -> Status {
    if (value >= low && value <= high) return {};
    return corrupt(format(
        "operator '%s': %s is %d, expected %d to %d", op.name.c_str(), what, value, low, high));
  };
  LOCI_RETURN_IF_ERROR(within("kernel_h", op.kernel_h, 1, 64));
  LOCI_RETURN_IF_ERROR(within("kernel_w", op.kernel_w, 1, 64));
  LOCI_RETURN_IF_ERROR(within("stride", op.stride, 1, 32));
  LOCI_RETURN_IF_ERROR(within("dilation", op.dilation, 1, 32));
  for (const int pad : {op.pad_top, op.pad_left, op.pad_bottom, op.pad_right}) {
    LOCI_RETURN_IF_ERROR(within("a padding", pad, 0, 64));
  }
  if (op.type == OpType::kConv) {
    LOCI_RETURN_IF_ERROR(within("out_channels", op.out_channels, 1, 1 << 16));
    LOCI_RETURN_IF_ERROR(within("groups", op.groups, 1, op.out_channels));
    if (op.out_channels % op.groups != 0) {
      return corrupt(format("operator '%s': %d channels do not fall into %d groups",
                            op.name.c_str(),
                            op.out_channels,
                            op.groups));
    }
  }
  if (op.type == OpType::kLinear || op.type == OpType::kSignedPower || op.type == OpType::kLearnt)
    LOCI_RETURN_IF_ERROR(within("out_channels", op.out_channels, 1, 1 << 16));
  const int fewest = op.type == OpType::kTokens || op.type == OpType::kLearnt ? 1 : 0;
  LOCI_RETURN_IF_ERROR(within("count", op.count, fewest, 1 << 24));
  LOCI_RETURN_IF_ERROR(within("row", op.row, 0, 1 << 16));
  if (op.type == OpType::kAttention) LOCI_RETURN_IF_ERROR(within("heads", op.heads, 1, 1024));
  if (op.type == OpType::kPositions) {
    LOCI_RETURN_IF_ERROR(within("table_height", op.table_height, 1, 4096));
    LOCI_RETURN_IF_ERROR(within("table_width", op.table_width, 1, 4096));
    const int grid = op.table_height * op.table_width;
    LOCI_RETURN_IF_ERROR(within("count", op.count, grid, grid + 1024));
  }
  if (op.activation == Activation::kGelu && op.type != OpType::kLinear)
    return corrupt("operator '" + op.name + "': gelu comes after a linear alone");
  if (op.type == OpType::kLrn) LOCI_RETURN_IF_ERROR(within("lrn_size", op.lrn_size, 1, 255));
  for (const double number :
       {op.clip_low, op.clip_high, op.lrn_alpha, op.lrn_beta, op.lrn_k, op.norm_eps}) {
    if (!std::isfinite(number))
      return corrupt("operator '" + op.name + "': has a number that is not finite");
  }
  if (op.norm_eps < 0) return corrupt("operator '" + op.name + "': norm_eps is below zero");
  return {};
}

Status check_outputs(const Network& network, const std::set<std::string>& known) {
  std::set<std::string> names;
  for (const NetworkOutput& output : network.outputs) {
    if (names.empty() && output.name != "features")
      return corrupt("the network's first output is '" + output.name + "', expected 'features'");
    if (output.op == "input" || !known.contains(output.op)) {
      return corrupt("output '" + output.name + "' is of operator '" + output.op +
                     "', which the network does not have");
    }
    if (output.name.empty() || !names.insert(output.name).second)
      return corrupt("two outputs of the network are named '" + output.name + "'");
  }
  return {};
}

}  // namespace

const char* op_type_name(OpType type) { return kOpNames[static_cast<size_t>(type)]; }

Status validate(const Network& network) {
  if (network.ops.empty()) return corrupt("the network has no operators");
  std::set<std::string> known = {"input"};
  for (size_t i = 0; i < network.ops.size(); ++i) {
    const Op& op = network.ops[i];
    if (op.name.empty())
      return corrupt(format("operator %d of the network has no name", static_cast<int>(i)));
    LOCI_RETURN_IF_ERROR(check_inputs(op, known));
    LOCI_RETURN_IF_ERROR(check_numbers(op));
    if (!known.insert(op.name).second)
      return corrupt("two operators of the network are named '" + op.name + "'");
  }
  return check_outputs(network, known);
}

std::vector<NetworkOutput> outputs_of(const Network& network) {
  if (!network.outputs.empty()) return network.outputs;
  return {{"features", network.ops.back().name}};
}

size_t features_op(const Network& network) {
  const std::string name = outputs_of(network).front().op;
  const auto named = [&](const Op& op) { return op.name == name; };
  return static_cast<size_t>(std::find_if(network.ops.begin(), network.ops.end(), named) -
                             network.ops.begin());
}

}  // namespace loci
