// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/data/photos.h"

#include <algorithm>
#include <filesystem>

namespace loci {
std::string base_name(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.find_last_of('/');
  return std::string(slash == std::string_view::npos || path.size() == 1 ? path
                                                                         : path.substr(slash + 1));
}

std::string parent_of(std::string_view path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

std::string without_extension(std::string_view path) {
  const size_t dot = path.find_last_of('.');
  const size_t slash = path.find_last_of('/');
  const bool has_one =
      dot != std::string_view::npos && (slash == std::string_view::npos || dot > slash);
  return std::string(has_one ? path.substr(0, dot) : path);
}

std::string join_path(const std::string& folder, const std::string& name) {
  if (folder.empty() || name.starts_with('/')) return name;
  if (name.empty()) return folder;
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

bool is_folder(const std::string& path) {
  const auto info = file_info(path);
  return info.ok() && info->is_directory;
}

std::string folder_named(const std::string& path, const std::string& name) {
  if (is_folder(join_path(path, name))) return name;
  std::string found;
  for (const std::string& each : subfolders(path)) {
    if (to_lower(each) != name) continue;
    if (!found.empty()) return "";
    found = each;
  }
  return found;
}

bool is_file(const std::string& path) {
  const auto info = file_info(path);
  return info.ok() && !info->is_directory;
}

std::string join_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

Result<std::string> choose_part(const std::string& where,
                                const std::vector<std::string>& parts,
                                const std::string& wanted) {
  const std::string part = wanted.empty() ? parts.front() : wanted;
  if (std::find(parts.begin(), parts.end(), part) != parts.end()) return part;
  return invalid_argument(printable(where) + ": has no part '" + printable(part) +
                          "'; it has: " + join_names(parts));
}

std::vector<std::string> subfolders(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator it(path, error);
  for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with('.') && is_folder(join_path(path, name))) names.push_back(name);
  }
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

Result<std::vector<std::string>> list_photos(const std::string& root,
                                             const std::string& folder,
                                             Dataset* dataset) {
  std::vector<std::string> paths;
  if (const std::string list = join_path(root, folder) + "_images_paths.txt";
      !folder.empty() && is_file(list)) {
    LOCI_TRY(text, read_text_file(list));
    for (const std::string& line : split(text, '\n')) {
      if (const std::string_view name = trim(line); !name.empty())
        paths.push_back(join_path(folder, std::string(name)));
    }
    dataset->notes.push_back(printable(base_name(list)) + " says which images of " +
                             printable(folder) + "/ belong to the set");
    return paths;
  }
  PhotoSearch search;
  LOCI_TRY(names, photos_below(join_path(root, folder), &search));
  for (const std::string& name : names) paths.push_back(join_path(folder, name));
  for (const std::string& problem : search.problems) dataset->notes.push_back(problem);
  if (const std::string passed = search.passed_text(); !passed.empty())
    dataset->notes.push_back((folder.empty() ? "" : printable(folder) + "/: ") + passed);
  return paths;
}

std::vector<ImageRecord> records_from_names(const std::vector<std::string>& paths) {
  std::vector<ImageRecord> records;
  records.reserve(paths.size());
  for (const std::string& path : paths) {
    if (auto named = parse_at_name(path)) {
      records.push_back(std::move(*named));
    } else {
      records.push_back({});
      records.back().path = path;
      records.back().time = time_in_name(path);
    }
  }
  return records;
}

}  // namespace loci
