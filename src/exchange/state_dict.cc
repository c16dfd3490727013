// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "state_dict.h"

#include "loci/base/text.h"
#include "loci/model/fold.h"

#include <algorithm>

namespace loci {
namespace {

/// "module.encoder.module.0.weight" -> "encoder.0.weight"
std::string without_module(const std::string& name) {
  std::string out = name.starts_with("module.") ? name.substr(7) : name;
  for (size_t at = out.find(".module."); at != std::string::npos; at = out.find(".module."))
    out.erase(at, 7);
  return out;
}

size_t count_tensors(const FileValue& value) {
  return static_cast<size_t>(
      std::count_if(value.items.begin(), value.items.end(), [](const FileValue& item) {
        return item.is(FileValue::Kind::kTensor);
      }));
}

/// torchvision adds a MobileNetV2 block's input wherever stride is 1 and the widths agree; at small
/// widths that is also where the table, made for width 1.0, has no sum.
void add_missing_sums(Network& network) {
  const std::vector<int> channels = take(operator_channels(network, 3));
  std::vector<Op> ops;
  std::string block_input, renamed_from, renamed_to;
  int input_channels = 0, stride = 1;
  for (size_t i = 0; i < network.ops.size(); ++i) {
    Op op = network.ops[i];
    for (std::string& input : op.inputs) {
      if (input == renamed_from) input = renamed_to;
    }
    const std::string block = op.name.substr(0, op.name.find('.'));
    const std::string before =
        i == 0 ? "" : network.ops[i - 1].name.substr(0, network.ops[i - 1].name.find('.'));
    if (i > 0 && block != before) {
      block_input = ops.back().name;
      input_channels = channels[i - 1];
    }
    if (op.name.ends_with(".depthwise")) stride = op.stride;
    ops.push_back(op);
    const bool summed = i + 1 < network.ops.size() && network.ops[i + 1].type == OpType::kAdd;
    if (!op.name.ends_with(".project") || summed || stride != 1 || channels[i] != input_channels)
      continue;
    Op sum;
    sum.type = OpType::kAdd;
    sum.name = block + ".add";
    sum.inputs = {op.name, block_input};
    renamed_from = op.name;
    renamed_to = sum.name;
    ops.push_back(sum);
  }
  network.ops = std::move(ops);
}

}  // namespace

StateDict::StateDict(const FileTree& tree) {
  const FileValue* dict = &tree.root;
  for (const char* key : {"state_dict", "model_state_dict", "model", "net"}) {
    const FileValue* inner = tree.root.find(key);
    if (inner != nullptr && count_tensors(*inner) > count_tensors(*dict)) dict = inner;
  }
  if (dict != &tree.root) {
    for (size_t i = 0; i < tree.root.items.size(); ++i) {
      if (&tree.root.items[i] != dict)
        others_.emplace_back(tree.root.keys[i], tree.root.items[i].describe());
    }
  }
  if (!dict->is(FileValue::Kind::kDict)) return;
  for (size_t i = 0; i < dict->items.size(); ++i) {
    if (!dict->items[i].is(FileValue::Kind::kTensor)) {
      if (dict == &tree.root) others_.emplace_back(dict->keys[i], dict->items[i].describe());
      continue;
    }
    const std::string name = without_module(dict->keys[i]);
    if (entries_.emplace(name, Entry{&dict->items[i], dict->keys[i], false}).second)
      order_.push_back(name);
    else
      fail_corrupt("tensor '" + printable(to_utf8(name)) +
                   "' is there twice, with and without 'module.'");
  }
}

bool StateDict::has_prefix(const std::string& prefix) const {
  const auto it = entries_.lower_bound(prefix);
  return it != entries_.end() && it->first.starts_with(prefix);
}

std::vector<std::string> StateDict::names() const { return order_; }

const FileValue& StateDict::get(const std::string& name) {
  const auto it = entries_.find(name);
  if (it == entries_.end()) fail_corrupt("tensor '" + name + "' is missing from the file");
  it->second.used = true;
  return *it->second.value;
}

std::vector<std::string> StateDict::unused() const {
  std::vector<std::string> out;
  for (const std::string& name : order_) {
    if (!entries_.at(name).used) out.push_back(name);
  }
  return out;
}

std::string detect_backbone(const StateDict& dict, const Rename& rename) {
  // Made once: a dozen tables of hundreds of operators cost more than reading a small file.
  static const auto tables = [] {
    std::vector<std::pair<std::string, std::vector<TorchName>>> all;
    for (const std::string& name : architecture_names())
      all.emplace_back(name, torchvision_names(name));
    return all;
  }();
  std::string best;
  size_t most = 0;
  for (const auto& [name, convolutions] : tables) {
    const bool all = std::all_of(convolutions.begin(), convolutions.end(), [&](const TorchName& c) {
      return dict.has(rename(c.conv) + ".weight") &&
             (c.norm.empty() || dict.has(rename(c.norm) + ".running_mean"));
    });
    if (all && convolutions.size() > most) {
      most = convolutions.size();
      best = name;
    }
  }
  // MobileNetV2's last blocks have stride 32; the shorter table ends at stride 16, as NetVLAD's
  // backbones do.
  return best == "mobilenet_v2_full" ? "mobilenet_v2" : best;
}

void import_backbone(ImportBuilder& builder,
                     StateDict& dict,
                     const std::string& architecture_name,
                     const Rename& rename) {
  const std::vector<TorchName> convolutions = torchvision_names(architecture_name);
  if (convolutions.empty()) {
    throw Error(invalid_argument("architecture '" + architecture_name +
                                 "' is not one that torch checkpoints have"));
  }
  for (const TorchName& names : convolutions) {
    const std::string conv = rename(names.conv);
    const FileValue& source = dict.get(conv + ".weight");
    Tensor weight = row_major(source);
    if (weight.shape.size() != 4)
      fail_corrupt("tensor '" + conv + ".weight' is " + shape_of(source) + ", no convolution");
    const bool has_bias = dict.has(conv + ".bias");
    if (names.norm.empty()) {
      builder.use(conv + ".weight", source, names.op + ".weight", weight);
      builder.use(conv + ".bias",
                  dict.get(conv + ".bias"),
                  names.op + ".bias",
                  dict.tensor(conv + ".bias"));
      continue;
    }
    const std::string norm = rename(names.norm);
    const BatchNorm batch_norm{dict.tensor(norm + ".weight"),
                               dict.tensor(norm + ".bias"),
                               dict.tensor(norm + ".running_mean"),
                               dict.tensor(norm + ".running_var")};
    if (dict.has(norm + ".num_batches_tracked")) dict.get(norm + ".num_batches_tracked");
    Tensor bias;
    if (has_bias) bias = dict.tensor(conv + ".bias");
    const ConvWeights folded =
        take(fold_batch_norm(conv, weight, has_bias ? &bias : nullptr, batch_norm));
    builder.use(conv + ".weight",
                source,
                names.op + ".weight",
                folded.weight,
                "with " + norm + " folded in");
    builder.use(norm + ".bias",
                dict.get(norm + ".bias"),
                names.op + ".bias",
                folded.bias,
                "from " + norm + "'s statistics");
  }
  builder.set_network(architecture_name);
  if (architecture_name.starts_with("mobilenet_v2")) add_missing_sums(builder.spec.network);
}

void account_for_rest(ImportBuilder& builder,
                      const StateDict& dict,
                      const std::string& backbone_prefix) {
  const bool resnet = builder.report.architecture.starts_with("resnet");
  const int last_layer = builder.report.architecture.ends_with("_conv4") ? 3 : 4;
  const Rename names = sequential_names(backbone_prefix);
  for (const std::string& name : dict.unused()) {
    const std::string found = shape_of(dict.value(name));
    std::string why = "not part of the describer";
    for (int layer = 1; resnet && layer <= last_layer; ++layer) {
      const std::string own = "layer" + std::to_string(layer) + ".";
      if (name.starts_with(
              backbone_prefix.empty() ? own : names("layer" + std::to_string(layer)) + ".") ||
          name.starts_with(own)) {
        fail_unsupported("tensor '" + printable(to_utf8(name)) +
                         "': this is a ResNet of another depth than " +
                         builder.report.architecture + "; loci knows ResNet-18 and ResNet-50");
      }
    }
    if (name.starts_with(backbone_prefix)) why = "behind the layer where the network is cropped";
    if (name.starts_with("fc.") || name.starts_with("classifier."))
      why = "the classifier is not used";
    builder.ignore(name, found, why);
  }
  for (const auto& [name, found] : dict.others())
    builder.ignore(name, found, "kept by the training program");
}

Rename sequential_names(const std::string& prefix) {
  return [prefix](const std::string& torch) {
    if (torch.starts_with("features.")) return prefix + torch.substr(9);
    if (torch == "conv1" || torch.starts_with("conv1.")) return prefix + "0" + torch.substr(5);
    if (torch == "bn1" || torch.starts_with("bn1.")) return prefix + "1" + torch.substr(3);
    if (torch.starts_with("layer") && torch.size() > 5) {
      return prefix + std::to_string(torch[5] - '0' + 3) + torch.substr(6);
    }
    return prefix + torch;
  };
}

}  // namespace loci
