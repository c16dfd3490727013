// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/decode.h"

#include <algorithm>
#include <filesystem>

namespace loci {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The run of digits at `at`, without zeros in front.
std::string_view digits_at(std::string_view text, size_t at, size_t* end) {
  *end = at;
  while (*end < text.size() && is_digit(text[*end])) ++*end;
  while (at + 1 < *end && text[at] == '0') ++at;
  return text.substr(at, *end - at);
}

// "2012_0104_09400": a date and a time cut at unusual places. Digits beyond whole fields are left
// out.
std::optional<int64_t> parse_spaced_digits(std::string_view stem) {
  std::string digits;
  for (const char c : stem) {
    if (is_digit(c)) {
      digits += c;
    } else if (c != '_' && c != '-') {
      return std::nullopt;
    }
  }
  if (digits.size() == stem.size()) return std::nullopt;  // one number: that was no time
  const size_t whole = digits.size() >= 14 ? 14 : digits.size() >= 12 ? 12 : 8;
  return digits.size() < whole ? std::nullopt : parse_time(digits.substr(0, whole));
}

}  // namespace

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

bool natural_less(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      size_t i_end = 0, j_end = 0;
      const std::string_view x = digits_at(a, i, &i_end), y = digits_at(b, j, &j_end);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      i = i_end;
      j = j_end;
    } else if (a[i] != b[j]) {
      return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
    } else {
      ++i, ++j;
    }
  }
  if (i == a.size() && j == b.size()) return a < b;  // "01" and "1": some order, always the same
  return i == a.size();
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
  std::vector<std::string> problems;
  LOCI_TRY(names, list_files(join_path(root, folder), image_extensions(), &problems));
  for (const std::string& name : names) paths.push_back(join_path(folder, name));
  for (const std::string& problem : problems) dataset->notes.push_back(problem);
  return paths;
}

std::optional<int64_t> time_in_name(std::string_view path) {
  const std::string stem = base_name(without_extension(path));
  if (stem.size() < 8) return std::nullopt;
  std::optional<int64_t> time = parse_time(stem);
  if (!time.has_value()) time = parse_spaced_digits(stem);
  // A frame number such as 0000001234 reads as a second of 1970.
  const bool plausible =
      time.has_value() && *time >= civil_seconds(1990, 1, 1) && *time < civil_seconds(2100, 1, 1);
  return plausible ? time : std::nullopt;
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
