// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>
#include <set>

namespace loci {
namespace {

enum class Role { kQuery, kDatabase, kUnknown };

Role role_of(const std::string& text) {
  static const std::set<std::string> query = {"query", "queries", "q", "probe"};
  static const std::set<std::string> database = {
      "database", "db", "gallery", "ref", "reference", "map"};
  const std::string word = to_lower(trim(text));
  return query.contains(word)      ? Role::kQuery
         : database.contains(word) ? Role::kDatabase
                                   : Role::kUnknown;
}

using Table = PlacesTable;
using Columns = PlacesTable::Columns;

// Chooses the rows of one part where the column `split` has parts such as train, val and test.
Status choose_split(const DatasetOptions& options, Table* table, Dataset* dataset) {
  const std::vector<std::string> parts = split_names(*table);
  const auto has = [&](const std::string& part) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  std::string chosen = options.split;
  for (const char* usual : {"test", "val"}) {
    if (chosen.empty() && has(usual)) chosen = usual;
  }
  if (chosen.empty()) return {};
  if (!has(chosen)) {
    return invalid_argument(table->where + ": has no split '" + printable(chosen) +
                            "'; it has: " + join_names(parts));
  }
  const size_t before = table->rows.size();
  for (size_t i = table->rows.size(); i-- > 0;) {
    if (table->rows[i].at("split") == chosen) continue;
    table->rows.erase(table->rows.begin() + static_cast<std::ptrdiff_t>(i));
    table->row_numbers.erase(table->row_numbers.begin() + static_cast<std::ptrdiff_t>(i));
  }
  dataset->notes.push_back(
      format("split '%s': %zu of %zu rows", chosen.c_str(), table->rows.size(), before));
  return {};
}

// ie_tower and others write the role into `split`.
std::string role_column(const Table& table) {
  if (table.has("role")) return "role";
  if (!table.has("split") || table.rows.empty()) return "";
  const bool all = std::all_of(table.rows.begin(), table.rows.end(), [](const Columns& row) {
    return role_of(row.at("split")) != Role::kUnknown;
  });
  return all ? "split" : "";
}

// Positions with a zone and positions without one are never compared.
void note_mixed_zones(Dataset* dataset) {
  int64_t with = 0, without = 0;
  for (const std::vector<ImageRecord>* side : {&dataset->database, &dataset->queries}) {
    for (const ImageRecord& record : *side) {
      if (record.utm.has_value()) ++(record.utm->zone == 0 ? without : with);
    }
  }
  if (with > 0 && without > 0) {
    dataset->notes.push_back(
        format("%lld positions name their UTM zone and %lld do not: the two kinds are never near "
               "each other; fill in the column zone",
               static_cast<long long>(with),
               static_cast<long long>(without)));
  }
}

void choose_rule(const DatasetOptions& options, Dataset* dataset) {
  const auto all = [&](auto has) {
    return std::all_of(dataset->database.begin(), dataset->database.end(), has) &&
           std::all_of(dataset->queries.begin(), dataset->queries.end(), has);
  };
  const auto any_place = [](const std::vector<ImageRecord>& records) {
    return std::any_of(
        records.begin(), records.end(), [](const ImageRecord& r) { return !r.place.empty(); });
  };
  const bool some_positions =
      count_positions(dataset->database) > 0 && count_positions(dataset->queries) > 0;
  const bool places = any_place(dataset->database) && any_place(dataset->queries);
  dataset->rule = radius_rule(options);
  if (options.tolerance_frames >= 0 && all([](const ImageRecord& r) { return r.frame >= 0; })) {
    dataset->rule.kind = TruthRule::Kind::kFrames;
    dataset->rule.tolerance_frames = options.tolerance_frames;
  } else if (all([](const ImageRecord& r) { return r.utm.has_value(); })) {
    dataset->rule.kind = TruthRule::Kind::kRadius;
  } else if (places) {
    dataset->rule.kind = TruthRule::Kind::kPlace;
  } else if (some_positions) {
    note_unpositioned(dataset);
  } else if (all([](const ImageRecord& r) { return r.frame >= 0; })) {
    dataset->rule.kind = TruthRule::Kind::kFrames;
    dataset->rule.tolerance_frames = options.tolerance_frames >= 0 ? options.tolerance_frames : 2;
  } else {
    dataset->rule.kind = TruthRule::Kind::kPlace;
    dataset->notes.push_back(
        "neither positions, places nor frames are given for both sides: nothing can be right");
  }
}

}  // namespace

std::vector<std::string> split_names(const PlacesTable& table) {
  if (!table.has("split") || role_column(table) == "split") return {};
  std::set<std::string> parts;
  for (const Columns& row : table.rows) {
    if (const std::string& part = row.at("split"); !part.empty()) parts.insert(part);
  }
  return {parts.begin(), parts.end()};
}

bool detect_places_csv(const std::string& path) {
  return is_folder(path) ? is_file(join_path(path, "places.csv"))
                         : to_lower(path).ends_with(".csv");
}

Result<Dataset> read_places_csv(const std::string& path, const DatasetOptions& options) {
  const bool folder = is_folder(path);
  Dataset dataset;
  dataset.root = folder ? path : parent_of(path).empty() ? "." : parent_of(path);
  dataset.name = base_name(folder ? path : without_extension(path));
  LOCI_TRY(table, read_places_table(folder ? join_path(path, "places.csv") : path));
  const std::string role = role_column(table);
  if (!options.split.empty() && (!table.has("split") || role == "split")) {
    return invalid_argument(table.where +
                            ": has no column 'split' that names parts, so none named '" +
                            printable(options.split) + "'; leave --split out");
  }
  if (table.has("split") && role != "split")
    LOCI_RETURN_IF_ERROR(choose_split(options, &table, &dataset));

  std::vector<Candidate> candidates, asking;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    Result<ImageRecord> read = read_places_row(table, i, &dataset.off_the_map);
    if (!read.ok()) {
      table.odd(i, "the path is empty");
      continue;
    }
    ImageRecord record = std::move(read).value();
    Role is = Role::kDatabase;
    if (!role.empty()) {
      is = role_of(table.rows[i].at(role));
      if (is == Role::kUnknown) {
        table.odd(
            i, role + " '" + printable(table.rows[i].at(role)) + "' is neither query nor database");
        continue;
      }
    }
    (is == Role::kQuery ? asking : candidates).push_back({std::move(record), table.rows[i]});
  }
  if (candidates.empty() && asking.empty() && table.odd_count > 0)
    return corrupt(table.where + ": " + table.first_odd);
  if (table.odd_count > 0) {
    dataset.notes.push_back(
        format("%s: %lld cells or rows cannot be read and count as empty; the first is in %s",
               table.where.c_str(),
               static_cast<long long>(table.odd_count),
               table.first_odd.c_str()));
  }
  note_off_the_map(&dataset);
  if (table.has("x") && table.has("y") && !table.has("lat") && !table.has("east_m")) {
    dataset.notes.push_back(
        "the columns x and y are not read, as they may be degrees or metres; call them lon and "
        "lat, or east_m and north_m");
  }
  if (role.empty()) {
    LOCI_RETURN_IF_ERROR(divide(std::move(candidates), options, &dataset));
    if (table.has("time_of_day") && options.query_filter.empty() &&
        options.database_filter.empty()) {
      dataset.notes.push_back(
          "the column time_of_day can divide the set: --query-filter time_of_day=night");
    }
  } else {
    LOCI_TRY(asks, apply_filter(asking, options.query_filter));
    LOCI_TRY(answers, apply_filter(candidates, options.database_filter));
    for (size_t i = 0; i < asking.size(); ++i) {
      if (asks[i]) dataset.queries.push_back(std::move(asking[i].record));
    }
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (answers[i]) dataset.database.push_back(std::move(candidates[i].record));
    }
  }
  choose_rule(options, &dataset);
  note_mixed_zones(&dataset);
  return dataset;
}

}  // namespace loci
