// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>

// Drives or walks along one track, cut into frames so that the i-th image of one is the i-th of the
// other: Gardens Point, Nordland, Alderley, Oxford runs cut to equal length.
namespace loci {
namespace {

constexpr int kCustomTolerance = 2;  // the usual choice on Gardens Point and Nordland

struct Pair {
  const char* database;
  const char* queries;
};
// The first pair whose folders are both there is taken.
constexpr Pair kPairs[] = {
    {"ref", "query"},
    {"ref", "queries"},
    {"reference", "query"},
    {"reference", "queries"},
    {"refs", "queries"},
    {"day_right", "night_right"},
    {"day_left", "night_right"},
    {"day_left", "day_right"},
    {"summer", "winter"},
    {"spring", "winter"},
    {"fall", "winter"},
    {"summer", "fall"},
    {"spring", "summer"},
};

std::optional<std::pair<std::string, std::string>> known_pair(const std::string& path) {
  for (const Pair& pair : kPairs) {
    if (is_folder(join_path(path, pair.database)) && is_folder(join_path(path, pair.queries))) {
      return std::pair<std::string, std::string>{pair.database, pair.queries};
    }
  }
  return std::nullopt;
}

// "folder=fall" -> "fall"
Result<std::string> chosen_folder(const std::string& path,
                                  const std::string& filter,
                                  const std::string& otherwise) {
  if (filter.empty()) return otherwise;
  const std::string name = filter.starts_with("folder=") ? filter.substr(7) : "";
  if (name.empty() || !is_folder(join_path(path, name))) {
    std::string known;
    for (const std::string& folder : subfolders(path))
      known += (known.empty() ? "" : ", ") + printable(folder);
    return invalid_argument("filter '" + printable(filter) +
                            "': of a traverse, expected folder=NAME with one of: " + known);
  }
  return name;
}

Result<std::vector<ImageRecord>> frames_of(const std::string& root,
                                           const std::string& folder,
                                           Dataset* dataset) {
  LOCI_TRY(paths, list_photos(root, folder, dataset));
  std::sort(paths.begin(), paths.end(), natural_less);
  std::vector<ImageRecord> records = records_from_names(paths);
  for (size_t i = 0; i < records.size(); ++i) records[i].frame = static_cast<int64_t>(i);
  return records;
}

}  // namespace

bool detect_traverse(const std::string& path) { return known_pair(path).has_value(); }

Result<Dataset> read_traverse(const std::string& path, const DatasetOptions& options) {
  auto pair = known_pair(path);
  const bool told = !options.query_filter.empty() && !options.database_filter.empty();
  if (!pair.has_value() && !told) {
    return invalid_argument(
        printable(path) +
        ": has no folders ref/ and query/; name two others with --database-filter folder=NAME and "
        "--query-filter folder=NAME");
  }
  if (!pair.has_value()) pair.emplace();
  LOCI_TRY(database, chosen_folder(path, options.database_filter, pair->first));
  LOCI_TRY(queries, chosen_folder(path, options.query_filter, pair->second));

  Dataset dataset;
  dataset.root = path;
  LOCI_TRY(database_frames, frames_of(path, database, &dataset));
  LOCI_TRY(query_frames, frames_of(path, queries, &dataset));
  dataset.database = std::move(database_frames);
  dataset.queries = std::move(query_frames);
  dataset.rule.kind = TruthRule::Kind::kFrames;
  dataset.rule.tolerance_frames =
      options.tolerance_frames >= 0 ? options.tolerance_frames : kCustomTolerance;
  if (dataset.database.size() != dataset.queries.size()) {
    dataset.notes.push_back(
        format("%s has %zu images and %s has %zu: are they frame by frame the same track?",
               printable(database).c_str(),
               dataset.database.size(),
               printable(queries).c_str(),
               dataset.queries.size()));
  }
  return dataset;
}

}  // namespace loci
