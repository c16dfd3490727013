// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "state_dict.h"

#include "loci/base/text.h"
#include "loci/model/fold.h"

#include <algorithm>

namespace loci {
namespace {

/// "module.encoder.module.0.weight" -> "encoder.0.weight"; the same for what torch.compile puts in.
std::string without_module(const std::string& name) {
  std::string out = name;
  for (const std::string wrapper : {"_orig_mod.", "module."}) {
    if (out.starts_with(wrapper)) out.erase(0, wrapper.size());
    for (size_t at = out.find("." + wrapper); at != std::string::npos; at = out.find("." + wrapper))
      out.erase(at, wrapper.size());
    if (out.starts_with("_orig_mod.")) out.erase(0, 10);  // module._orig_mod.
  }
  return out;
}

/// Of two dictionaries with about as many tensors: what a person would take.
int rank_of(const std::string& key) {
  constexpr std::string_view kUsual[] = {"state_dict",
                                         "model_state_dict",
                                         "model",
                                         "net",
                                         "network",
                                         "weights",
                                         "params",
                                         "module",
                                         "student"};
  const auto found = std::ranges::find(kUsual, key);
  if (found != std::end(kUsual)) return static_cast<int>(found - kUsual);
  const std::string lower = to_lower(key);
  return lower.find("teacher") != std::string::npos ? 31
         : lower.find("ema") != std::string::npos   ? 30
                                                    : 20;
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

namespace {

struct FoundDict {
  const FileValue* value = nullptr;
  size_t tensors = 0;
  int rank = -1;
};

/// The dictionaries of tensors in what training programs wrap around them, three levels deep at most.
void collect_dicts(const FileValue& value, int rank, int depth, std::vector<FoundDict>* out) {
  const bool dict = value.is(FileValue::Kind::kDict);
  if (dict) {
    if (const size_t tensors = count_tensors(value); tensors > 0)
      out->push_back({&value, tensors, rank});
  } else if (!value.is(FileValue::Kind::kList)) {
    return;
  }
  if (depth == 3) return;
  constexpr size_t kMost = 64;  // wrappers are small; per-parameter states of an optimizer are not
  for (size_t i = 0; i < std::min(value.items.size(), kMost); ++i) {
    if (dict && value.keys[i].find("optim") != std::string::npos) continue;
    collect_dicts(
        value.items[i], dict ? std::max(rank, rank_of(value.keys[i])) : rank, depth + 1, out);
  }
}

const FileValue* best_dict(const FileValue& root) {
  std::vector<FoundDict> found;
  collect_dicts(root, -1, 0, &found);
  size_t most = 0;
  for (const FoundDict& each : found) most = std::max(most, each.tensors);
  const FoundDict* best = nullptr;
  for (const FoundDict& each : found) {
    if (10 * each.tensors >= 9 * most && (best == nullptr || each.rank < best->rank)) best = &each;
  }
  return best == nullptr ? &root : best->value;
}

}  // namespace

StateDict::StateDict(const FileTree& tree) {
  const FileValue* dict = best_dict(tree.root);
  if (dict != &tree.root && tree.root.is(FileValue::Kind::kDict)) {
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

std::optional<FileTree> StateDict::below(const FileTree& tree, const std::string& prefix) const {
  if (!has_prefix(prefix)) return std::nullopt;
  FileTree out;
  out.path = tree.path;
  out.format = tree.format;
  out.metadata = tree.metadata;
  out.root = FileValue::make_dict();
  for (const std::string& name : order_) {
    if (name.starts_with(prefix)) out.root.add(name.substr(prefix.size()), value(name));
  }
  return out;
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
