// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "training_depth.h"

#include <algorithm>
#include <set>
#include <vector>

namespace loci::train {
namespace {

std::vector<std::string> inputs_of(const Network& network, size_t i) {
  if (!network.ops[i].inputs.empty()) return network.ops[i].inputs;
  return {i == 0 ? "input" : network.ops[i - 1].name};
}

/// Names of the maps that operators from `cut` on read from before it.
std::set<std::string> crossing(const Network& network, size_t cut) {
  std::set<std::string> before = {"input"}, found;
  for (size_t i = 0; i < cut; ++i) before.insert(network.ops[i].name);
  for (size_t i = cut; i < network.ops.size(); ++i) {
    for (const std::string& name : inputs_of(network, i)) {
      if (before.contains(name)) found.insert(name);
    }
  }
  // With nothing behind the cut the feature map itself is what crosses.
  if (cut == network.ops.size() && cut > 0) found.insert(network.ops.back().name);
  return found;
}

std::string customary(const Network& network) {
  const auto first_of = [&](const std::string& prefix) -> std::string {
    for (const Op& op : network.ops) {
      if (op.name.starts_with(prefix)) return op.name;
    }
    return {};
  };
  const std::string& name = network.architecture;
  std::string found;
  if (name.starts_with("vgg")) found = first_of("conv5_1");
  if (name.starts_with("alexnet")) found = first_of("conv2");
  if (name.starts_with("resnet")) {
    found = first_of("layer4.");
    if (found.empty()) found = first_of("layer3.");
  }
  if (!found.empty()) return found;
  std::vector<std::string> convolutions;
  for (const Op& op : network.ops) {
    if (op.type == OpType::kConv) convolutions.push_back(op.name);
  }
  return convolutions.empty() ? "pooling" : convolutions[convolutions.size() * 2 / 3];
}

Status unknown_name(const Network& network, const std::string& name) {
  std::string names;
  for (const Op& op : network.ops) {
    if (op.type == OpType::kConv) names += (names.empty() ? "" : ", ") + op.name;
  }
  return not_found("train_from: the network has no operator '" + name +
                   "'; give one of: all, pooling, " + names);
}

}  // namespace

Result<TrainingDepth> training_depth(const Network& network, const std::string& name) {
  TrainingDepth depth;
  if (!network.ops.empty() && features_op(network) + 1 != network.ops.size()) {
    return unsupported(
        "the network has outputs behind its feature map '" +
        network.ops[features_op(network)].name +
        "', which training does not know; train the network cropped to that operator");
  }
  depth.train_from = name.empty() ? customary(network) : name;
  if (depth.train_from == "pooling") {
    depth.first_trained = network.ops.size();
  } else if (depth.train_from != "all") {
    const auto found = std::ranges::find(network.ops, depth.train_from, &Op::name);
    if (found == network.ops.end()) return unknown_name(network, depth.train_from);
    depth.first_trained = static_cast<size_t>(found - network.ops.begin());
  }
  depth.cut = depth.first_trained;
  while (crossing(network, depth.cut).size() > 1) --depth.cut;
  depth.cut_name = *crossing(network, depth.cut).begin();
  if (depth.train_from == "all" && !network.ops.empty()) depth.train_from = network.ops[0].name;
  return depth;
}

}  // namespace loci::train
