// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/pairs.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace loci {
namespace {

constexpr const char* kWhiteSpace = " \t\r\n\v\f";

Status check_names(std::span<const NamedPair> pairs,
                   const char* forbidden,
                   const char* format_name,
                   const char* what) {
  for (const NamedPair& pair : pairs) {
    for (const std::string* name : {&pair.query, &pair.match}) {
      if (name->empty() || name->find_first_of(forbidden) != std::string::npos) {
        return invalid_argument("photograph '" + printable(*name) + "': " + format_name +
                                " pairs cannot hold a name with " + what +
                                "; rename the file, or write another format");
      }
    }
  }
  return {};
}

/// The folder of a path with its slash.
std::string folder_of(const std::string& path) {
  return path.substr(0, path.find_last_of('/') + 1);
}

std::string common_folder(const std::vector<std::string>& paths) {
  if (paths.empty()) return "";
  std::string common = folder_of(paths.front());
  for (const std::string& path : paths) {
    const size_t end = static_cast<size_t>(
        std::mismatch(common.begin(), common.end(), path.begin(), path.end()).first -
        common.begin());
    if (end < common.size()) common = folder_of(common.substr(0, end));
  }
  return common;
}

}  // namespace

Result<std::vector<std::string>> names_below(const std::vector<std::string>& paths,
                                             const std::string& root) {
  std::string folder = root.empty() ? common_folder(paths) : root;
  if (!folder.empty() && !folder.ends_with('/')) folder += '/';
  std::vector<std::string> names;
  for (const std::string& path : paths) {
    if (!path.starts_with(folder)) {
      return invalid_argument(printable(path) + ": does not lie below " + printable(folder) +
                              "; give a folder that holds all photographs as the image root");
    }
    names.push_back(path.substr(folder.size()));
  }
  return names;
}

Status write_hloc_pairs(const std::string& path, std::span<const NamedPair> pairs) {
  LOCI_RETURN_IF_ERROR(check_names(pairs, kWhiteSpace, "hloc", "white space"));
  std::string text;
  for (const NamedPair& pair : pairs) {
    text += (text.empty() ? "" : "\n") + pair.query + " " + pair.match;
  }
  return write_file(path, text);
}

Status write_colmap_pairs(const std::string& path, std::span<const NamedPair> pairs) {
  LOCI_RETURN_IF_ERROR(check_names(pairs, kWhiteSpace, "COLMAP", "white space"));
  std::string text;
  std::set<std::pair<std::string, std::string>> written;
  for (const NamedPair& pair : pairs) {
    if (pair.query.starts_with('#')) {
      return invalid_argument("photograph '" + printable(pair.query) +
                              "': COLMAP takes a line that begins with '#' for a comment; rename "
                              "the file");
    }
    if (written.insert(std::minmax(pair.query, pair.match)).second) {
      text += pair.query + " " + pair.match + "\n";
    }
  }
  return write_file(path, text);
}

Status write_kapture_pairs(const std::string& path, std::span<const NamedPair> pairs) {
  LOCI_RETURN_IF_ERROR(check_names(pairs, ",\r\n", "kapture", "a comma or a line break"));
  std::string text = "# kapture format: 1.0\n# query_image, map_image\n";
  for (const NamedPair& pair : pairs) text += pair.query + ", " + pair.match + "\n";
  return write_file(path, text);
}

Result<std::vector<std::string>> match_names(const std::vector<std::string>& paths,
                                             const std::vector<std::string>& names) {
  const std::set<std::string> known(names.begin(), names.end());
  std::unordered_map<std::string, std::string> path_of;
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    std::string found;
    for (size_t slash = path.find('/'); found.empty();) {
      const std::string tail = slash == std::string::npos ? path : path.substr(slash + 1);
      if (known.contains(tail)) found = tail;
      if (slash == std::string::npos) break;
      slash = path.find('/', slash + 1);
      if (slash == std::string::npos) break;
    }
    if (!found.empty()) {
      const auto [it, is_new] = path_of.emplace(found, path);
      if (!is_new) {
        return invalid_argument(printable(path) + " and " + printable(it->second) +
                                " both end with the name '" + printable(found) +
                                "'; give the image root, so that names are told apart");
      }
    }
    out.push_back(std::move(found));
  }
  return out;
}

}  // namespace loci
