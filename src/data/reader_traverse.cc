// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>
#include <set>

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
    std::pair<std::string, std::string> names{folder_named(path, pair.database),
                                              folder_named(path, pair.queries)};
    if (!names.first.empty() && !names.second.empty()) return names;
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
    return invalid_argument(
        "filter '" + printable(filter) +
        "': of a traverse, expected folder=NAME with one of: " + join_names(subfolders(path)));
  }
  return name;
}

// The last number in a file's name, such as 35 in images-00035.png; -1 where there is none.
int64_t number_in_name(const std::string& path) {
  const std::string stem = base_name(without_extension(path));
  const size_t end = stem.find_last_of("0123456789");
  if (end == std::string::npos) return -1;
  const size_t before = stem.find_last_not_of("0123456789", end);
  const size_t begin = before == std::string::npos ? 0 : before + 1;
  return parse_int(std::string_view(stem).substr(begin, end + 1 - begin)).value_or(-1);
}

// Numbers in the names are the frames of a drive of which some were taken out (Nordland without its
// tunnels and stations, one query in ten), where no image lacks one and none occurs twice.
bool number_by_names(Dataset* dataset) {
  for (const std::vector<ImageRecord>* side : {&dataset->database, &dataset->queries}) {
    std::set<int64_t> numbers;
    for (const ImageRecord& record : *side) {
      const int64_t number = number_in_name(record.path);
      if (number < 0 || !numbers.insert(number).second) return false;
    }
  }
  for (std::vector<ImageRecord>* side : {&dataset->database, &dataset->queries}) {
    for (ImageRecord& record : *side) record.frame = number_in_name(record.path);
  }
  return true;
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
    const bool by_names = number_by_names(&dataset);
    dataset.notes.push_back(format("%s has %zu images and %s has %zu: %s",
                                   printable(database).c_str(),
                                   dataset.database.size(),
                                   printable(queries).c_str(),
                                   dataset.queries.size(),
                                   by_names ? "frames are the numbers in their names"
                                            : "are they frame by frame the same track?"));
  }
  return dataset;
}

}  // namespace loci
