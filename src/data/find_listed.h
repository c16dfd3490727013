// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loci {

/// Finds files that a list names in another way than the disk does: with other case (.JPG), with accents as letters of
/// their own or not (macOS), with the separators of Windows, without an ending, or by the absolute path of another
/// machine. Looks at each folder once.
/// Threads: one at a time
class ListedFiles {
 public:
  explicit ListedFiles(std::string root) : root_(std::move(root)) {}
  /// The path below the root of the one file that is meant; nothing for none, or for several.
  std::optional<std::string> find(const std::string& listed);

 private:
  using Names = std::multimap<std::string, std::string>;  // by key
  const Names& names_in(const std::string& folder);
  std::optional<std::string> walk(const std::vector<std::string>& parts, size_t first);

  std::string root_;
  std::map<std::string, Names> folders_;
};

}  // namespace loci
