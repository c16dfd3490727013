// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "find_listed.h"

#include "reader.h"

#include "loci/base/name_key.h"
#include "loci/base/text.h"
#include "loci/image/decode.h"

#include <algorithm>
#include <filesystem>

namespace loci {
namespace {

/// The only value under a key.
std::optional<std::string> single(const std::multimap<std::string, std::string>& names,
                                  const std::string& key) {
  const auto [first, last] = names.equal_range(key);
  if (first == last || std::next(first) != last) return std::nullopt;
  return first->second;
}

}  // namespace

const ListedFiles::Names& ListedFiles::names_in(const std::string& folder) {
  const auto [at, is_new] = folders_.try_emplace(folder);
  if (!is_new) return at->second;
  std::error_code error;
  std::filesystem::directory_iterator it(folder.empty() ? "." : folder, error);
  for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    at->second.emplace(name_key(name), name);
    // Photographs also without their ending, marked so that no whole name is taken for one.
    if (ends_with_any(to_lower(name), image_extensions()))
      at->second.emplace(name_key(without_extension(name)) + "\n", name);
  }
  return at->second;
}

std::optional<std::string> ListedFiles::walk(const std::vector<std::string>& parts, size_t first) {
  std::string below;
  for (size_t i = first; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    if (part.empty() || part == ".") continue;
    const bool last = i + 1 == parts.size();
    const std::string exact = join_path(below, part);
    if (last ? is_file(join_path(root_, exact)) : is_folder(join_path(root_, exact))) {
      below = exact;
      continue;
    }
    const Names& names = names_in(join_path(root_, below));
    auto found = single(names, name_key(part));
    if (!found && last) found = single(names, name_key(part) + "\n");
    if (!found) return std::nullopt;
    below = join_path(below, *found);
  }
  if (below.empty() || !is_file(join_path(root_, below))) return std::nullopt;
  return below;
}

std::optional<std::string> ListedFiles::find(const std::string& listed) {
  std::string path = listed;
  std::ranges::replace(path, '\\', '/');
  const std::vector<std::string> parts = split(path, '/');
  const bool absolute = path.starts_with('/') || (path.size() > 2 && path[1] == ':');
  if (!absolute) return walk(parts, 0);
  // On this machine the set lies elsewhere: the longest end of the path that is there.
  for (size_t first = 1; first < parts.size(); ++first) {
    if (auto found = walk(parts, first)) return found;
  }
  return std::nullopt;
}

}  // namespace loci
