// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "graph.h"

#include "loci/base/text.h"
#include "loci/model/architectures.h"

#include <algorithm>
#include <map>

namespace loci::internal {
namespace {

/// Output length of a window over `size` pixels; may change the padding behind, which then says
/// what the window really covers there.
int window_output(int size, int kernel, const Op& op, int& before, int& after) {
  const int reach = (kernel - 1) * op.dilation + 1;
  if (op.pad_same) {
    const int out = (size + op.stride - 1) / op.stride;
    const int total = std::max((out - 1) * op.stride + reach - size, 0);
    before = total / 2;
    after = total - before;
    return out;
  }
  const int room = size + before + after - reach;
  if (room < 0) return 0;
  if (!op.ceil_mode || op.type == OpType::kConv) return room / op.stride + 1;
  int out = (room + op.stride - 1) / op.stride + 1;
  if ((out - 1) * op.stride >= size + before)
    --out;  // a window must start inside the image or the padding before it
  after = std::max(after, (out - 1) * op.stride + reach - size - before);
  return out;
}

/// Operators that look at neighbours, for which tokens have none.
bool needs_map(OpType type) {
  return type == OpType::kConv || type == OpType::kMaxPool || type == OpType::kAvgPool ||
         type == OpType::kLrn || type == OpType::kInstanceNorm || type == OpType::kUpsample ||
         type == OpType::kSpaceToDepth;
}

Status infer_tokens(Node& node, const Graph& graph) {
  std::vector<Extent> inputs;
  for (const int value : node.inputs) inputs.push_back(graph.extent(value));
  LOCI_TRY(out, token_extent(node.op, inputs));
  node.out = out;
  if (node.op.type == OpType::kLearnt) node.inputs.clear();
  return {};
}

Status infer(Node& node, const Graph& graph) {
  node.in = graph.extent(node.inputs[0]);
  Op& op = node.op;
  if (op.type >= OpType::kLinear) return infer_tokens(node, graph);
  node.out = node.in;
  if (needs_map(op.type) && !node.in.plain()) {
    return corrupt(format("operator '%s' works on a map, and its input has %d tokens beside it",
                          op.name.c_str(),
                          node.in.tokens + node.in.behind));
  }
  if (op.type == OpType::kConv || op.type == OpType::kMaxPool || op.type == OpType::kAvgPool) {
    node.out.height = window_output(node.in.height, op.kernel_h, op, op.pad_top, op.pad_bottom);
    node.out.width = window_output(node.in.width, op.kernel_w, op, op.pad_left, op.pad_right);
    if (op.type == OpType::kConv) node.out.channels = op.out_channels;
  } else if (op.type == OpType::kSpaceToDepth) {
    node.out = {node.in.channels * op.stride * op.stride,
                node.in.height / op.stride,
                node.in.width / op.stride};
  } else if (op.type == OpType::kUpsample) {
    const Extent like = graph.extent(node.inputs[1]);
    node.out = {node.in.channels, like.height, like.width};
    node.inputs.resize(1);  // only its size is of interest
  }
  if (node.out.height < 1 || node.out.width < 1) {
    return invalid_argument(
        format("the image is too small: operator '%s' would have no output", op.name.c_str()));
  }
  if (op.type != OpType::kAdd && op.type != OpType::kConcat) return {};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    const Extent other = graph.extent(node.inputs[i]);
    if (other.height != node.in.height || other.width != node.in.width ||
        other.tokens != node.in.tokens || other.behind != node.in.behind) {
      return invalid_argument(format("operator '%s' joins maps of %dx%d and %dx%d",
                                     op.name.c_str(),
                                     node.in.width,
                                     node.in.height,
                                     other.width,
                                     other.height));
    }
    if (op.type == OpType::kConcat) node.out.channels += other.channels;
  }
  return {};
}

class Lowering {
 public:
  Lowering(const Network& network, const Extent& image, bool all_outputs)
      : network_(network), outputs_(outputs_of(network)) {
    if (!all_outputs) outputs_.resize(1);
    graph_.image = image;
    const std::vector<NetworkOutput> features(outputs_.begin(), outputs_.begin() + 1);
    count_uses(outputs_, op_uses_);
    count_uses(features, feature_uses_);
  }

  Result<Graph> run() {
    value_of_["input"] = 0;
    for (size_t i = 0; i < network_.ops.size(); ++i) {
      if (op_uses_.contains(network_.ops[i].name)) LOCI_RETURN_IF_ERROR(append(i));
    }
    for (const NetworkOutput& each : outputs_) graph_.outputs.push_back(value_of_.at(each.op));
    graph_.uses.assign(graph_.nodes.size() + 1, 0);
    for (const Node& node : graph_.nodes) {
      for (const int value : node.inputs) ++graph_.uses[static_cast<size_t>(value)];
      if (node.sum_input >= 0) ++graph_.uses[static_cast<size_t>(node.sum_input)];
    }
    for (const int value : graph_.outputs) ++graph_.uses[static_cast<size_t>(value)];
    return std::move(graph_);
  }

 private:
  std::vector<std::string> inputs_of(size_t i) const {
    const Op& op = network_.ops[i];
    if (!op.inputs.empty()) return op.inputs;
    return {i == 0 ? "input" : network_.ops[i - 1].name};
  }

  /// Backwards from the outputs, so that what nobody needs is not counted.
  void count_uses(const std::vector<NetworkOutput>& outputs, std::map<std::string, int>& uses) {
    for (const NetworkOutput& each : outputs) ++uses[each.op];
    for (size_t i = network_.ops.size(); i-- > 0;) {
      if (!uses.contains(network_.ops[i].name)) continue;
      for (const std::string& name : inputs_of(i)) ++uses[name];
    }
  }

  /// The node that makes `name` when it is of that type, without activation, and its only reader is
  /// the operator at hand.
  Node* joinable(const std::string& name, OpType type = OpType::kConv) {
    const int value = value_of_.at(name);
    if (value == 0 || op_uses_[name] != 1) return nullptr;
    Node& node = graph_.nodes[static_cast<size_t>(value - 1)];
    return node.op.type == type && node.op.activation == Activation::kNone ? &node : nullptr;
  }

  static void join(Node& node, const Op& op, Activation activation) {
    node.op.activation = activation;
    node.op.clip_low = op.clip_low;
    node.op.clip_high = op.clip_high;
    node.value_name = op.name;
  }

  Status append(size_t i) {
    const Op& op = network_.ops[i];
    const std::vector<std::string> inputs = inputs_of(i);
    if (op.type == OpType::kRelu || op.type == OpType::kClip) {
      if (Node* node = joinable(inputs[0])) {
        join(*node, op, op.type == OpType::kRelu ? Activation::kRelu : Activation::kClip);
        value_of_[op.name] = value_of_.at(inputs[0]);
        return {};
      }
    }
    if (op.type == OpType::kAdd && inputs[0] != inputs[1] && join_sum(op, inputs)) return {};
    if (op.type == OpType::kScale) {
      Node* node = joinable(inputs[0], OpType::kLinear);
      if (node != nullptr && node->sum_input < 0 && node->scale.empty()) {
        node->scale = op.name;
        node->value_name = op.name;
        value_of_[op.name] = value_of_.at(inputs[0]);
        return {};
      }
    }
    Node node;
    node.op = op;
    node.value_name = op.name;
    node.head = !feature_uses_.contains(op.name);
    for (const std::string& name : inputs) node.inputs.push_back(value_of_.at(name));
    LOCI_RETURN_IF_ERROR(infer(node, graph_));
    graph_.nodes.push_back(std::move(node));
    value_of_[op.name] = static_cast<int>(graph_.nodes.size());
    return {};
  }

  /// Lets the later of the two inputs, a convolution, a linear or an upsampling, add the other; by then the
  /// other is there.
  bool join_sum(const Op& op, std::vector<std::string> inputs) {
    if (value_of_.at(inputs[0]) < value_of_.at(inputs[1])) std::swap(inputs[0], inputs[1]);
    Node* node = joinable(inputs[0]);
    if (node == nullptr && op.activation == Activation::kNone)
      node = joinable(inputs[0], OpType::kUpsample);
    if (node == nullptr) node = joinable(inputs[0], OpType::kLinear);
    const int other = value_of_.at(inputs[1]), mine = value_of_.at(inputs[0]);
    if (node == nullptr || node->sum_input >= 0 || other == 0 || other == mine) return false;
    const Extent a = graph_.extent(mine), b = graph_.extent(other);
    if (a.channels != b.channels || a.height != b.height || a.width != b.width ||
        a.tokens != b.tokens || a.behind != b.behind) {
      return false;
    }
    node->sum_input = other;
    join(*node, op, op.activation);
    value_of_[op.name] = mine;
    return true;
  }

  const Network& network_;
  std::vector<NetworkOutput> outputs_;
  Graph graph_;
  std::map<std::string, int> value_of_, op_uses_, feature_uses_;
};

}  // namespace

Result<Graph> lower(const Network& network, const Extent& image, bool all_outputs) {
  LOCI_TRY(channels, operator_channels(network, image.channels));
  (void)channels;
  return Lowering(network, image, all_outputs).run();
}

}  // namespace loci::internal
