// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "links_folder.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <filesystem>
#include <set>
#include <unistd.h>

namespace loci::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "links made by 'loci group'; do not edit";
constexpr uint64_t kMaxListBytes = uint64_t{1} << 30;

std::string list_in(const std::string& folder) { return folder + "/.loci-links"; }

/// The links that an earlier call made, as NAME/FILE; none where the list is not ours.
std::vector<std::string> listed(const std::string& folder) {
  const auto text = read_text_file(list_in(folder), kMaxListBytes);
  if (!text.ok() || !text->starts_with(kFirstLine)) return {};
  std::vector<std::string> links;
  for (const std::string& line : split(*text, '\n')) {
    if (line.empty() || line == kFirstLine) continue;
    const fs::path path(line);
    // Only what such a list can hold: a folder and a file in it.
    const bool ours = path.is_relative() && std::distance(path.begin(), path.end()) == 2 &&
                      *path.begin() != ".." && path.filename() != "..";
    if (ours) links.push_back(line);
  }
  return links;
}

bool is_own(const std::string& folder) {
  const auto text = read_text_file(list_in(folder), kMaxListBytes);
  return text.ok() && text->starts_with(kFirstLine);
}

Status write_list(const std::string& folder, const std::vector<std::string>& links) {
  std::string text(kFirstLine);
  for (const std::string& link : links) text += "\n" + link;
  return write_file(list_in(folder), text + "\n");
}

void remove_links(const std::string& folder, const std::vector<std::string>& links) {
  std::error_code ignored;
  std::set<fs::path> folders;
  for (const std::string& link : links) {
    const fs::path path = fs::path(folder) / link;
    if (!fs::is_symlink(path, ignored)) continue;
    fs::remove(path, ignored);
    folders.insert(path.parent_path());
  }
  for (const fs::path& each : folders) {
    if (fs::is_empty(each, ignored)) fs::remove(each, ignored);
  }
}

/// `name`, or with a number before its ending, so that neither `taken` nor the disk has it.
std::string free_name(const std::string& folder,
                      const std::string& name,
                      std::set<std::string>& taken) {
  const size_t dot = name.rfind('.');
  const std::string stem = name.substr(0, dot),
                    ending = dot == std::string::npos ? "" : name.substr(dot);
  std::string candidate = name;
  std::error_code ignored;
  const auto is_there = [&] {
    return fs::symlink_status(folder + "/" + candidate, ignored).type() != fs::file_type::not_found;
  };
  for (int n = 2; taken.contains(candidate) || is_there(); ++n)
    candidate = stem + "_" + std::to_string(n) + ending;
  taken.insert(candidate);
  return candidate;
}

std::string folder_name(std::string name) {
  for (char& c : name) {
    if (c == '/' || static_cast<unsigned char>(c) < 0x20) c = '_';
  }
  if (name.starts_with('.')) name.front() = '_';
  return name;
}

}  // namespace

Status check_links_folder(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) return {};
  if (!fs::is_directory(folder, error))
    return invalid_argument(printable(folder) + ": is no folder; name a new or an empty one");
  if (is_own(folder)) return {};
  if (!fs::is_empty(folder, error) || error) {
    return invalid_argument(printable(folder) +
                            ": holds files that 'loci group' did not make; name a new or an empty "
                            "folder");
  }
  return {};
}

Result<int64_t> write_links(const std::string& folder, const std::vector<LinksOf>& folders) {
  LOCI_RETURN_IF_ERROR(check_links_folder(folder));
  LOCI_RETURN_IF_ERROR(make_folders(folder));
  const std::vector<std::string> old = listed(folder);
  // Said to be ours before anything is: a call that was cut short leaves nothing that the next does not know.
  LOCI_RETURN_IF_ERROR(write_list(folder, old));
  remove_links(folder, old);
  std::vector<std::string> links;
  std::vector<std::pair<std::string, std::string>> plan;
  std::set<std::string> names;
  for (const LinksOf& each : folders) {
    std::string name = folder_name(each.name);
    for (int n = 2; !names.insert(name).second; ++n)
      name = folder_name(each.name) + "_" + std::to_string(n);
    std::set<std::string> taken;
    for (const std::string& target : each.targets) {
      links.push_back(name + "/" +
                      free_name(folder + "/" + name, target.substr(target.rfind('/') + 1), taken));
      plan.emplace_back(target, folder + "/" + links.back());
    }
  }
  LOCI_RETURN_IF_ERROR(write_list(folder, links));
  for (const auto& [target, link] : plan) {
    LOCI_RETURN_IF_ERROR(make_folders(fs::path(link).parent_path().string()));
    if (::symlink(target.c_str(), link.c_str()) != 0)
      return io_error(printable(link) + ": cannot be linked", errno);
  }
  return std::ssize(links);
}

}  // namespace loci::cli
