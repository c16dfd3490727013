// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "import_builder.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loci {

/// The weights of a torch checkpoint by name, wherever they stand in it, without the "module." that
/// DataParallel puts in.
class StateDict {
 public:
  explicit StateDict(const FileTree& tree);

  bool has(const std::string& name) const { return entries_.contains(name); }
  bool has_prefix(const std::string& prefix) const;
  std::vector<std::string> names() const;
  /// The tensor, noted as used; Corrupt when it is missing.
  const FileValue& get(const std::string& name);
  Tensor tensor(const std::string& name) { return row_major(get(name)); }
  /// Tensors never asked for.
  std::vector<std::string> unused() const;
  const FileValue& value(const std::string& name) const { return *entries_.at(name).value; }
  /// The tensors whose names begin with `prefix`, without it, as a tree of their own; nothing where there are none.
  std::optional<FileTree> below(const FileTree& tree, const std::string& prefix) const;
  /// Other things in the checkpoint: "optimizer", "epoch", ...
  const std::vector<std::pair<std::string, std::string>>& others() const { return others_; }

 private:
  struct Entry {
    const FileValue* value = nullptr;
    std::string original;
    bool used = false;
  };
  std::map<std::string, Entry> entries_;
  std::vector<std::string> order_;
  std::vector<std::pair<std::string, std::string>> others_;
};

/// From torchvision's name of a module ("features.0", "layer1.0.conv1") to the file's.
using Rename = std::function<std::string(const std::string&)>;

/// The architecture whose convolutions are all there under that naming, the one with most of them;
/// empty when none is.
std::string detect_backbone(const StateDict& dict, const Rename& rename);
/// Puts that architecture's convolutions into the builder, batch normalisation folded in, and sets
/// the network.
void import_backbone(ImportBuilder& builder,
                     StateDict& dict,
                     const std::string& architecture_name,
                     const Rename& rename);
/// Notes what was left over; refuses layers in the middle of a backbone that its architecture does
/// not have.
void account_for_rest(ImportBuilder& builder,
                      const StateDict& dict,
                      const std::string& backbone_prefix);

/// Names of ResNet and VGG modules in an nn.Sequential of the network's children below `prefix`.
Rename sequential_names(const std::string& prefix);

}  // namespace loci
