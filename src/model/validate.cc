// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/text.h"
#include "loci/model/spec.h"

#include <cmath>
#include <set>

namespace loci {
namespace {

constexpr const char* kOpNames[] = {
    "conv", "max_pool", "avg_pool", "add", "concat", "relu", "clip", "lrn", "l2_norm"};

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
  if (op.type == OpType::kLrn) LOCI_RETURN_IF_ERROR(within("lrn_size", op.lrn_size, 1, 255));
  for (const double number : {op.clip_low, op.clip_high, op.lrn_alpha, op.lrn_beta, op.lrn_k}) {
    if (!std::isfinite(number))
      return corrupt("operator '" + op.name + "': has a number that is not finite");
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
    for (const std::string& input : op.inputs) {
      if (!known.contains(input)) {
        return corrupt("operator '" + op.name + "' reads '" + input +
                       "', which no operator before it makes");
      }
    }
    const size_t inputs = op.inputs.empty() ? 1 : op.inputs.size();
    if (op.type == OpType::kAdd && inputs != 2)
      return corrupt("operator '" + op.name + "': an addition has two inputs");
    if (op.type != OpType::kAdd && op.type != OpType::kConcat && inputs != 1) {
      return corrupt("operator '" + op.name + "': a " + op_type_name(op.type) + " has one input");
    }
    LOCI_RETURN_IF_ERROR(check_numbers(op));
    if (!known.insert(op.name).second)
      return corrupt("two operators of the network are named '" + op.name + "'");
  }
  return {};
}

}  // namespace loci
