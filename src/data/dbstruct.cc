// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/text.h"
#include "loci/data/dataset.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

constexpr size_t kProbes = 32;  // names looked for in each folder before one is chosen

// Tokyo 24/7 lists .jpg and has .png on disk.
std::string other_extension(const std::string& name) {
  return without_extension(name) + (to_lower(name).ends_with(".png") ? ".jpg" : ".png");
}

struct Place {
  std::string folder;
  bool other = false;  // with the other extension
};

// The folder and extension under which the listed images are found.
std::optional<Place> find_images(const std::string& root,
                                 const std::vector<std::string>& names,
                                 const std::vector<std::string>& folders) {
  const size_t step = std::max<size_t>(1, names.size() / kProbes);
  for (const std::string& folder : folders) {
    for (size_t i = 0; i < names.size(); i += step) {
      const std::string base = join_path(root, folder);
      if (is_file(join_path(base, names[i]))) return Place{folder, false};
      if (is_file(join_path(base, other_extension(names[i])))) return Place{folder, true};
    }
  }
  return std::nullopt;
}

Result<std::vector<ImageRecord>> make_records(const std::vector<std::string>& names,
                                              const std::vector<std::pair<double, double>>& utm,
                                              const std::vector<double>& times,
                                              const char* side) {
  if (names.size() != utm.size() || (!times.empty() && times.size() != names.size())) {
    return corrupt(format(
        "dbStruct: %s: %zu names, %zu positions and %zu time stamps; they must be equally many",
        side,
        names.size(),
        utm.size(),
        times.size()));
  }
  std::vector<ImageRecord> records(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    records[i].path = names[i];
    if (std::isfinite(utm[i].first) && std::isfinite(utm[i].second))
      records[i].utm = Utm{.east_m = utm[i].first, .north_m = utm[i].second};
    if (times.empty() || !std::isfinite(times[i]) || std::abs(times[i]) > 1e15) continue;
    // 201207 is a month; any other number still tells times apart, which is all the rule asks.
    const auto stamp = static_cast<int64_t>(times[i]);
    records[i].time = parse_time(std::to_string(stamp)).value_or(stamp);
  }
  return records;
}

void place_images(const std::optional<Place>& place, std::vector<ImageRecord>* records) {
  if (!place.has_value()) return;
  for (ImageRecord& record : *records) {
    record.path =
        join_path(place->folder, place->other ? other_extension(record.path) : record.path);
  }
}

}  // namespace

Result<Dataset> dataset_from_dbstruct(const DbStructArrays& arrays,
                                      const std::string& root,
                                      const std::string& name,
                                      const DatasetOptions& options) {
  LOCI_TRY(database, make_records(arrays.db_images, arrays.db_utm, arrays.db_time, "database"));
  LOCI_TRY(queries, make_records(arrays.q_images, arrays.q_utm, arrays.q_time, "query"));
  Dataset dataset;
  dataset.name = name;
  dataset.root = root;
  dataset.format = "dbstruct";
  dataset.rule = radius_rule(options, arrays.radius_m);
  dataset.rule.other_time_only = !arrays.db_time.empty() && !arrays.q_time.empty();
  dataset.rule.one_result_per_group = arrays.cutouts_per_panorama > 0;
  if (arrays.cutouts_per_panorama > 0) {
    const auto cutouts = static_cast<size_t>(arrays.cutouts_per_panorama);
    for (size_t i = 0; i < database.size(); ++i) database[i].group = std::to_string(i / cutouts);
  }
  std::optional<Place> in_database, in_queries;
  // The list often lies in a folder of its own (datasets/) beside those of the images.
  for (const std::string& folder : {root, join_path(root, "..")}) {
    in_database = find_images(folder, arrays.db_images, {"images", "database", ""});
    in_queries =
        find_images(folder, arrays.q_images, {"queries_real", "query", "queries", "images", ""});
    if (!in_database.has_value() && !in_queries.has_value()) continue;
    dataset.root = folder;
    break;
  }
  place_images(in_database, &database);
  place_images(in_queries, &queries);
  dataset.database = std::move(database);
  dataset.queries = std::move(queries);
  note_unpositioned(&dataset);
  if (in_database.has_value() || in_queries.has_value()) {
    LOCI_RETURN_IF_ERROR(settle_missing(options, &dataset));
  } else {
    dataset.notes.push_back("the images of this list were not found below " + printable(root) +
                            " (looked in images/, queries_real/, query/ and queries/)");
  }
  return dataset;
}

}  // namespace loci
