// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>

// Mapillary Street-Level Sequences (Warburg et al., CVPR 2020), image to image, by the rules of its
// own code: panoramas left out, the subtask `all` outside of training, 25 m, queries without a
// right answer left out of the figure.
namespace loci {
namespace {

using Columns = PlacesTable::Columns;

constexpr const char* kSubtasks[] = {"all", "s2w", "w2s", "d2n", "n2d", "o2n", "n2o"};

struct City {
  std::string name;
  std::string folder;  // below the root
  std::string part;    // train, val or test
};

bool is_city(const std::string& path) {
  if (!is_folder(join_path(path, "database/images"))) return false;
  for (const char* file : {"seq_info.csv", "postprocessed.csv", "subtask_index.csv"}) {
    if (is_file(join_path(path, std::string("query/") + file))) return true;
  }
  return false;
}

std::string part_of(const std::string& city, const std::string& folder) {
  static const std::set<std::string> val = {"cph", "sf"};
  static const std::set<std::string> test = {
      "miami", "athens", "buenosaires", "stockholm", "bengaluru", "kampala"};
  return folder.starts_with("test/") || test.contains(city) ? "test"
         : val.contains(city)                               ? "val"
                                                            : "train";
}

// `path` is the whole set, a folder of cities, or one city.
std::vector<City> find_cities(const std::string& path) {
  if (is_city(path)) return {{base_name(path), "", part_of(base_name(path), "")}};
  std::vector<City> cities;
  for (const char* above : {"train_val", "test", ""}) {
    if (!is_folder(join_path(path, above))) continue;
    for (const std::string& name : subfolders(join_path(path, above))) {
      const std::string folder = join_path(above, name);
      if (is_city(join_path(path, folder))) cities.push_back({name, folder, part_of(name, folder)});
    }
  }
  return cities;
}

bool is_true(const Columns& row, const std::string& column) {
  const auto found = row.find(column);
  return found != row.end() && (to_lower(found->second) == "true" || found->second == "1");
}

// Adds the columns of another csv of the same folder, row by row with the same key.
Status join_table(const std::string& path, PlacesTable* table) {
  if (!is_file(path)) return {};
  LOCI_TRY(other, read_table(path));
  const std::string by = other.has("key") ? "key" : "";  // else the unnamed number of the row
  if (!other.has(by) || !table->has(by))
    return corrupt(other.where + ": has neither a column 'key' nor numbers of rows");
  std::unordered_map<std::string, size_t> row_of;
  for (size_t i = 0; i < other.rows.size(); ++i) row_of[other.rows[i].at(by)] = i;
  for (Columns& row : table->rows) {
    const auto found = row_of.find(row.at(by));
    if (found == row_of.end()) continue;
    for (const auto& [name, value] : other.rows[found->second]) row.try_emplace(name, value);
  }
  for (const std::string& name : other.header) {
    if (!table->has(name)) table->header.push_back(name);
  }
  return {};
}

// The csv files of one side of a city as one table, its columns under our names.
Result<PlacesTable> read_side(const std::string& path, const City& city, const std::string& side) {
  const std::string folder = join_path(path, join_path(city.folder, side));
  const auto file = [&](const char* name) { return join_path(folder, name); };
  std::string first = file("postprocessed.csv");
  if (!is_file(first)) first = file("seq_info.csv");
  if (!is_file(first)) first = file("subtask_index.csv");
  LOCI_TRY(table, read_table(first));
  if (!table.has("key"))
    return corrupt(table.where +
                   ": has no column 'key'; its columns are: " + join_names(table.header));
  for (const char* name : {"postprocessed.csv", "raw.csv", "seq_info.csv", "subtask_index.csv"}) {
    if (file(name) != first) LOCI_RETURN_IF_ERROR(join_table(file(name), &table));
  }
  constexpr std::pair<const char*, const char*> kOurs[] = {{"easting", "east_m"},
                                                           {"northing", "north_m"},
                                                           {"ca", "heading"},
                                                           {"captured_at", "time"},
                                                           {"frame_number", "frame"},
                                                           {"sequence_key", "group"},
                                                           {"sequence_id", "group"}};
  for (Columns& row : table.rows) {
    row["path"] = join_path(city.folder, side + "/images/" + row.at("key") + ".jpg");
    row["city"] = city.name;
    for (const auto& [theirs, ours] : kOurs) {
      if (const auto found = row.find(theirs); found != row.end()) row[ours] = found->second;
    }
  }
  return table;
}

bool names_subtask(const std::string& filter) {
  const std::string column(trim(filter.substr(0, filter.find_first_of("!="))));
  return std::find(std::begin(kSubtasks), std::end(kSubtasks), column) != std::end(kSubtasks);
}

struct Counts {
  int64_t panoramas = 0, other_subtasks = 0;
  std::vector<ImpossiblePosition> off_the_map;
};

// The images of one side that count, filtered, appended to `records`.
Status add_side(const std::string& path,
                const City& city,
                const std::string& side,
                const std::string& filter,
                std::vector<ImageRecord>* records,
                Counts* counts) {
  LOCI_TRY(table, read_side(path, city, side));
  const bool only_all = city.part != "train" && table.has("all") && !names_subtask(filter);
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    if (is_true(table.rows[i], "pano")) {
      ++counts->panoramas;
      continue;
    }
    if (only_all && !is_true(table.rows[i], "all")) {
      ++counts->other_subtasks;
      continue;
    }
    LOCI_TRY(record, read_places_row(table, i, &counts->off_the_map));
    candidates.push_back({std::move(record), {}});
    if (!filter.empty()) candidates.back().columns = std::move(table.rows[i]);
  }
  LOCI_TRY(kept, apply_filter(candidates, filter));
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (kept[i]) records->push_back(std::move(candidates[i].record));
  }
  return {};
}

}  // namespace

bool detect_msls(const std::string& path) { return !find_cities(path).empty(); }

Result<Dataset> read_msls(const std::string& path, const DatasetOptions& options) {
  const std::vector<City> cities = find_cities(path);
  std::vector<std::string> parts;
  for (const char* part : {"val", "train", "test"}) {
    if (std::any_of(cities.begin(), cities.end(), [&](const City& c) { return c.part == part; }))
      parts.emplace_back(part);
  }
  if (parts.empty()) {
    return invalid_argument(printable(path) +
                            ": has no cities with query/, database/ and their csv files");
  }
  LOCI_TRY(part, choose_part(path, parts, options.split));
  Dataset dataset;
  dataset.root = path;
  dataset.name = base_name(path) + "/" + part;
  dataset.rule = radius_rule(options);
  dataset.rule.answerable_only = true;
  Counts counts;
  for (const City& city : cities) {
    if (city.part != part) continue;
    LOCI_RETURN_IF_ERROR(
        add_side(path, city, "query", options.query_filter, &dataset.queries, &counts));
    LOCI_RETURN_IF_ERROR(
        add_side(path, city, "database", options.database_filter, &dataset.database, &counts));
  }
  dataset.notes.push_back(
      format("MSLS %s: %lld panoramas and %lld images outside of the subtask 'all' left out",
             part.c_str(),
             static_cast<long long>(counts.panoramas),
             static_cast<long long>(counts.other_subtasks)));
  dataset.off_the_map = std::move(counts.off_the_map);
  note_off_the_map(&dataset);
  note_unpositioned(&dataset);
  return dataset;
}

}  // namespace loci
