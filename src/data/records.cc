// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "find_listed.h"
#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/data/photos.h"

#include <algorithm>
#include <map>
#include <set>

#include <sys/stat.h>

namespace loci {
namespace {

constexpr size_t kNamesInMessage = 3;

// Rows of `records` whose file is there; the others are named in `missing`.
std::vector<bool> present(const std::string& root,
                          const std::vector<ImageRecord>& records,
                          std::vector<std::string>* missing) {
  std::vector<char> there(records.size(), 0);
  parallel_for(static_cast<int64_t>(records.size()), 64, 0, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      there[i] = is_file(join_path(root, records[i].path)) ? 1 : 0;
    }
  });
  for (size_t i = 0; i < records.size(); ++i) {
    if (there[i] == 0) missing->push_back(records[i].path);
  }
  return {there.begin(), there.end()};
}

std::string name_some(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamesInMessage); ++i)
    text += (i == 0 ? "" : ", ") + printable(names[i]);
  return names.size() > kNamesInMessage ? text + ", ..." : text;
}

// Keeps the rows of `kept` and returns where each old row went (-1: gone).
std::vector<int64_t> keep_rows(const std::vector<bool>& kept, std::vector<ImageRecord>* records) {
  std::vector<int64_t> moved_to(kept.size(), -1);
  size_t next = 0;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    moved_to[i] = static_cast<int64_t>(next);
    if (next != i) (*records)[next] = std::move((*records)[i]);
    ++next;
  }
  records->resize(next);
  return moved_to;
}

}  // namespace

void read_exif(const std::string& root, std::vector<ImageRecord>* records) {
  parallel_for(static_cast<int64_t>(records->size()), 16, 0, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      ImageRecord& record = (*records)[i];
      const PhotoInfo info = photo_info(join_path(root, record.path));
      if (!record.position.has_value() && !record.utm.has_value()) record.position = info.position;
      if (!record.heading_deg.has_value()) record.heading_deg = info.heading_deg;
      // Sets are filtered by the hour of the place, which is that of the camera's clock.
      if (!record.time.has_value() && info.taken)
        record.time = *info.taken + info.utc_offset_s.value_or(0);
      complete_position(&record);
    }
  });
}

int64_t count_positions(const std::vector<ImageRecord>& records) {
  return std::count_if(
      records.begin(), records.end(), [](const ImageRecord& r) { return r.utm.has_value(); });
}

namespace {

// Absent images that are there under another way of writing their name get the name that is on the disk.
void find_misspelt(Dataset* dataset, const std::vector<std::string>& absent) {
  if (absent.empty()) return;
  const std::set<std::string> wanted(absent.begin(), absent.end());
  ListedFiles files(dataset->root);
  std::map<std::string, std::string> found;
  for (const std::string& path : wanted) {
    if (const auto real = files.find(path)) found.emplace(path, *real);
  }
  if (found.empty()) return;
  for (std::vector<ImageRecord>* side : {&dataset->database, &dataset->queries}) {
    for (ImageRecord& record : *side) {
      if (const auto at = found.find(record.path); at != found.end()) record.path = at->second;
    }
  }
  dataset->notes.push_back(
      format("%zu images are listed under another spelling than their files have (case, accents, "
             "separators or ending), such as %s for %s",
             found.size(),
             printable(found.begin()->first).c_str(),
             printable(found.begin()->second).c_str()));
}

}  // namespace

Status settle_missing(const DatasetOptions& options, Dataset* dataset) {
  std::vector<std::string> misspelt;
  present(dataset->root, dataset->database, &misspelt);
  present(dataset->root, dataset->queries, &misspelt);
  find_misspelt(dataset, misspelt);
  std::vector<std::string> absent;
  const std::vector<bool> database = present(dataset->root, dataset->database, &absent);
  const std::vector<bool> queries = present(dataset->root, dataset->queries, &absent);
  // In a leave-one-out set each image is listed on both sides.
  std::sort(absent.begin(), absent.end());
  absent.erase(std::unique(absent.begin(), absent.end()), absent.end());
  if (absent.empty()) return {};
  const size_t listed = database.size() + queries.size();
  if (!options.skip_missing) {
    return not_found(
        format("%s: %zu images are listed but not there (%s); bring them, or leave them out with "
               "--skip-missing",
               printable(dataset->root).c_str(),
               absent.size(),
               name_some(absent).c_str()));
  }
  dataset->notes.push_back(
      format("%zu images of %zu rows are listed but not there and were left out (%s)",
             absent.size(),
             listed,
             name_some(absent).c_str()));
  const std::vector<int64_t> moved_to = keep_rows(database, &dataset->database);
  keep_rows(queries, &dataset->queries);
  std::vector<int64_t> own;
  for (size_t q = 0; q < dataset->query_in_database.size(); ++q) {
    if (!queries[q]) continue;
    const int64_t row = dataset->query_in_database[q];
    own.push_back(row < 0 ? -1 : moved_to[static_cast<size_t>(row)]);
  }
  dataset->query_in_database = std::move(own);
  dataset->missing = std::move(absent);
  return {};
}

void note_both_sides(Dataset* dataset) {
  using Identity = std::pair<dev_t, ino_t>;
  const auto identity = [&](const ImageRecord& record) -> std::optional<Identity> {
    struct stat info {};
    if (::stat(image_path(*dataset, record).c_str(), &info) != 0) return std::nullopt;
    return Identity{info.st_dev, info.st_ino};
  };
  const auto own_row = [&](size_t q) {
    return q < dataset->query_in_database.size() && dataset->query_in_database[q] >= 0;
  };
  std::map<Identity, bool> asked;
  for (size_t q = 0; q < dataset->queries.size(); ++q) {
    if (own_row(q)) continue;
    if (const auto file = identity(dataset->queries[q])) asked.emplace(*file, false);
  }
  if (asked.empty()) return;
  int64_t both = 0;
  std::string first;
  for (const ImageRecord& record : dataset->database) {
    const auto file = identity(record);
    const auto found = file ? asked.find(*file) : asked.end();
    if (found == asked.end() || found->second) continue;
    found->second = true;
    if (both++ == 0) first = record.path;
  }
  if (both > 0) {
    dataset->notes.push_back(
        format("%lld photographs are on both sides, as queries and in the database (%s%s): each "
               "finds itself, which measures nothing",
               static_cast<long long>(both),
               printable(first).c_str(),
               both > 1 ? ", ..." : ""));
  }
}

TruthRule radius_rule(const DatasetOptions& options, double custom_m) {
  TruthRule rule;
  rule.kind = TruthRule::Kind::kRadius;
  rule.radius_m = options.radius_m >= 0 ? options.radius_m : custom_m;
  rule.min_frame_gap = std::max(0, options.min_frame_gap);
  return rule;
}

void note_unpositioned(Dataset* dataset) {
  const auto without = [](const std::vector<ImageRecord>& records) {
    return static_cast<int64_t>(records.size()) - count_positions(records);
  };
  if (const int64_t n = without(dataset->database); n > 0) {
    dataset->notes.push_back(format("%lld database images have no position and can never be right",
                                    static_cast<long long>(n)));
  }
  if (const int64_t n = without(dataset->queries); n > 0) {
    dataset->notes.push_back(
        format("%lld queries have no position and no right answer", static_cast<long long>(n)));
  }
}

}  // namespace loci
