// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "index_report.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/image/file_kind.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace loci::cli {

std::string index_report_json(const IndexReport& report) {
  JsonWriter json;
  json.object()
      .member("added", report.added)
      .member("updated", report.updated)
      .member("removed", report.removed)
      .member("moved", report.moved);
  json.member("unchanged", report.unchanged).key("failed").array();
  for (const FailedImage& failed : report.failed) {
    json.object().member("image", failed.image).member("error", failed.error.message()).end();
  }
  json.end().key("passed_over").object();
  for (const auto& [kind, count] : report.passed.passed_over) json.member(kind, count);
  json.end().member("raw_pairs", report.passed.raw_pairs);
  json.member("system_folders", report.passed.system_folders);
  json.member("total", report.total).member("interrupted", report.interrupted).end();
  return json.str();
}

void take_videos(std::vector<std::string>* arguments) {
  PhotoSearch search;
  for (const std::string& argument : *arguments) {
    if (const auto info = file_info(argument); info.ok() && info->is_directory)
      (void)photos_below(argument, &search);  // what cannot be read is told by the update
  }
  arguments->insert(arguments->end(), search.videos.begin(), search.videos.end());
}

void forget_videos(PhotoSearch* passed) {
  for (const std::string& video : passed->videos) {
    const auto kind = passed->passed_over.find(std::string(file_kind(video).name));
    if (kind != passed->passed_over.end() && --kind->second == 0) passed->passed_over.erase(kind);
  }
  passed->videos.clear();
}

Status index_failure(const IndexReport& report, const std::vector<std::string>& named) {
  if (report.failed.empty()) return {};
  std::set<std::string> names;
  for (const std::string& name : named) {
    names.insert(name);
    std::string full = std::filesystem::absolute(name).lexically_normal().string();
    while (full.size() > 1 && full.back() == '/') full.pop_back();
    names.insert(std::move(full));
  }
  const auto failed = std::ranges::count_if(
      report.failed, [&](const FailedImage& each) { return names.contains(each.image); });
  if (failed > 0) {
    return corrupt(format("%lld of %zu files and folders that were named could not be read",
                          static_cast<long long>(failed),
                          named.size()));
  }
  if (report.added + report.updated + report.unchanged + report.moved == 0)
    return corrupt("none of the photographs could be read");
  return {};
}

}  // namespace loci::cli
