// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/data/photos.h"
#include "loci/image/decode.h"
#include "loci/image/file_kind.h"

#include <algorithm>
#include <set>

namespace loci {
namespace {

/// Side files, thumbnails and lists: never looked into.
bool is_side_file(const std::string& lower) {
  static const std::vector<std::string> kEndings = {
      ".xmp", ".json", ".aae", ".thm", ".txt", ".csv", ".db",  ".ini",  ".html", ".xml",
      ".md",  ".pdf",  ".srt", ".gpx", ".zip", ".mat", ".npy", ".yaml", ".log",  ".safetensors"};
  return ends_with_any(lower, kEndings);
}

/// The kind of a file that is not named like a photograph. What is half written or a backup has another ending still.
FileKind kind_of_other(const std::string& path, const std::string& lower) {
  if (is_side_file(lower)) return {};
  const FileKind by_name = file_kind({}, lower);
  const size_t slash = lower.rfind('/') + 1;
  const bool bare = lower.find('.', slash) == std::string::npos;
  if (by_name.kind == MediaKind::kOther && !bare) return {};
  return file_kind(path);
}

/// Takes RAW files out that lie beside a picture of the same name: one shot that the camera kept twice.
int64_t drop_raw_pairs(std::vector<std::string>* photos) {
  const auto stem = [](const std::string& name) {
    return name.substr(0, std::max(name.rfind('.'), name.rfind('/') + 1));
  };
  std::set<std::string> pictures;
  for (const std::string& name : *photos) {
    if (ends_with_any(to_lower(name), {".jpg", ".jpeg", ".heic", ".heif", ".hif"}))
      pictures.insert(stem(name));
  }
  return static_cast<int64_t>(std::erase_if(*photos, [&](const std::string& name) {
    return is_raw_name(name) && pictures.contains(stem(name));
  }));
}

}  // namespace

std::string PhotoSearch::passed_text(const std::string& video_remedy) const {
  std::string pictures, films;
  const auto count = [](std::string* text, const std::string& name, int64_t n) {
    *text += (text->empty() ? "" : ", ") + std::to_string(n) + " " + name;
  };
  std::map<std::string, int64_t> of_videos;
  for (const std::string& path : videos) ++of_videos[std::string(file_kind(path).name)];
  for (const auto& [name, n] : passed_over) {
    const auto film = of_videos.find(name);
    count(film == of_videos.end() ? &pictures : &films, name, n);
  }
  if (!pictures.empty()) {
    const bool by_plugin = passed_over.contains("HEIC") || passed_over.contains("AVIF") ||
                           passed_over.contains("JPEG XL");
    pictures += std::string(" (this build does not read them; ") +
                (by_plugin ? "install the package loci-pictures, or " : "") +
                "convert them to JPEG)";
  }
  if (!films.empty() && !video_remedy.empty()) films += " (" + video_remedy + ")";
  std::string text = pictures;
  if (!films.empty()) text += (text.empty() ? "" : ", ") + films;
  if (raw_pairs > 0)
    count(&text, "RAW beside a picture of the same shot, which is taken", raw_pairs);
  if (system_folders > 0) {
    count(&text,
          system_folders == 1 ? "folder of the system or a NAS" : "folders of the system or a NAS",
          system_folders);
  }
  return text.empty() ? "" : "passed over: " + text;
}

Result<std::vector<std::string>> photos_below(const std::string& folder,
                                              PhotoSearch* search,
                                              Links links) {
  std::vector<std::string> system, problems;
  LOCI_TRY(names, list_files(folder, {}, &problems, links, &system));
  for (std::string& problem : problems) {
    // A link that leads nowhere, or out of the folder, is worth a word if it was meant as a photograph or is a folder.
    const size_t end = std::min(problem.rfind(": points nowhere"), problem.rfind(": is a link"));
    const std::string link = problem.substr(0, end);
    const auto info = end == std::string::npos ? Result<FileInfo>(FileInfo{}) : file_info(link);
    const bool other_link = end != std::string::npos &&
                            !ends_with_any(to_lower(link), image_extensions()) &&
                            !(info.ok() && info->is_directory);
    if (!other_link) search->problems.push_back(std::move(problem));
  }
  const std::string prefix = folder.ends_with('/') ? folder : folder + "/";
  std::vector<std::string> photos;
  for (std::string& name : names) {
    const std::string lower = to_lower(name);
    const FileKind kind = ends_with_any(lower, image_extensions())
                              ? FileKind{MediaKind::kPhoto, ""}
                              : kind_of_other(prefix + name, lower);
    if (kind.kind == MediaKind::kPhoto) {
      photos.push_back(std::move(name));
    } else if (kind.kind != MediaKind::kOther) {
      ++search->passed_over[std::string(kind.name)];
      if (kind.kind == MediaKind::kVideo) search->videos.push_back(prefix + name);
    } else if (lower.ends_with(".xmp") || lower.ends_with(".json")) {
      search->side_files.push_back(prefix + name);
    }
  }
  search->raw_pairs += drop_raw_pairs(&photos);
  search->system_folders += std::ssize(system);
  return photos;
}

Result<std::vector<std::string>> find_photos(const std::vector<std::string>& arguments,
                                             PhotoSearch* search) {
  std::vector<std::string> photos;
  Status first;
  size_t absent = 0;
  for (const std::string& argument : arguments) {
    const Result<FileInfo> info = file_info(argument);
    if (!info.ok() || !info->is_directory) {
      photos.push_back(argument);
      if (!info.ok() && absent++ == 0) first = info.status();
      continue;
    }
    const Result<std::vector<std::string>> names = photos_below(argument, search);
    if (!names.ok()) {
      search->problems.push_back(names.status().message());
      if (absent++ == 0) first = names.status();
      continue;
    }
    const std::string folder = argument.ends_with('/') ? argument : argument + "/";
    for (const std::string& name : *names) photos.push_back(folder + name);
  }
  if (absent > 0 && absent == arguments.size()) return first;
  return photos;
}

}  // namespace loci
