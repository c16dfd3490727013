// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>
#include <set>

namespace loci {
namespace {

struct Sides {
  std::string database, queries;
};

std::optional<Sides> find_sides(const std::string& path) {
  for (const char* database : {"database", "db", "gallery"}) {
    for (const char* queries : {"queries", "query"}) {
      const Sides sides{folder_named(path, database), folder_named(path, queries)};
      if (!sides.database.empty() && !sides.queries.empty()) return sides;
    }
  }
  return std::nullopt;
}

// The path below the side's folder.
std::string inner(const std::string& path, const std::string& side) {
  return path.substr(side.size() + 1);
}

using KeyOf = std::string (*)(const std::string& inner_path);
std::string name_key(const std::string& path) { return without_extension(path); }
std::string folder_key(const std::string& path) { return parent_of(path); }

// How many queries have a database image with the same key.
int64_t count_paired(const Dataset& dataset, const Sides& sides, KeyOf key) {
  std::set<std::string> keys;
  for (const ImageRecord& record : dataset.database)
    keys.insert(key(inner(record.path, sides.database)));
  keys.erase("");
  return std::count_if(
      dataset.queries.begin(), dataset.queries.end(), [&](const ImageRecord& record) {
        return keys.contains(key(inner(record.path, sides.queries)));
      });
}

void label_places(const Sides& sides, KeyOf key, Dataset* dataset) {
  for (ImageRecord& record : dataset->database)
    record.place = key(inner(record.path, sides.database));
  for (ImageRecord& record : dataset->queries)
    record.place = key(inner(record.path, sides.queries));
  dataset->rule.kind = TruthRule::Kind::kPlace;
}

void number_frames(std::vector<ImageRecord>* records) {
  std::sort(records->begin(), records->end(), [](const ImageRecord& a, const ImageRecord& b) {
    return natural_less(a.path, b.path);
  });
  for (size_t i = 0; i < records->size(); ++i) (*records)[i].frame = static_cast<int64_t>(i);
}

bool half_of(int64_t count, size_t of) {
  return count > 0 && 2 * count >= static_cast<int64_t>(of);
}

// Names or folders that occur on both sides are the truth of sets without positions.
void pair_by_names(const Sides& sides, const DatasetOptions& options, Dataset* dataset) {
  const int64_t same_name = count_paired(*dataset, sides, name_key);
  const int64_t same_folder = count_paired(*dataset, sides, folder_key);
  const size_t queries = dataset->queries.size();
  if (options.tolerance_frames >= 0) {
    number_frames(&dataset->database);
    number_frames(&dataset->queries);
    dataset->rule.kind = TruthRule::Kind::kFrames;
    dataset->rule.tolerance_frames = options.tolerance_frames;
  } else if (half_of(same_name, queries) || (same_name > 0 && same_folder == 0)) {
    label_places(sides, name_key, dataset);
    if (same_name < static_cast<int64_t>(queries)) {
      dataset->notes.push_back(format("%lld of %zu queries have a database image of the same name",
                                      static_cast<long long>(same_name),
                                      queries));
    }
  } else if (same_folder > 0) {
    label_places(sides, folder_key, dataset);
    dataset->notes.push_back("images in folders of the same name count as one place");
  } else {
    dataset->rule.kind = TruthRule::Kind::kPlace;
    dataset->notes.push_back(
        "no right answers are known: no positions in names or EXIF data, and no equal names in "
        "both folders");
  }
}

}  // namespace

bool detect_folders(const std::string& path) { return find_sides(path).has_value(); }

Result<Dataset> read_folders(const std::string& path, const DatasetOptions& options) {
  const std::optional<Sides> sides = find_sides(path);
  if (!sides.has_value())
    return invalid_argument(printable(path) + ": has no folders database/ and queries/");
  Dataset dataset;
  dataset.root = path;
  LOCI_TRY(database, list_photos(path, sides->database, &dataset));
  LOCI_TRY(queries, list_photos(path, sides->queries, &dataset));
  dataset.database = records_from_names(database);
  dataset.queries = records_from_names(queries);
  dataset.rule = radius_rule(options);
  const auto positioned = [&] {
    return half_of(count_positions(dataset.database), database.size()) &&
           half_of(count_positions(dataset.queries), queries.size());
  };
  if (!positioned()) {
    read_exif(path, &dataset.database);
    read_exif(path, &dataset.queries);
  }
  if (positioned()) {
    note_unpositioned(&dataset);
  } else {
    pair_by_names(*sides, options, &dataset);
  }
  LOCI_RETURN_IF_ERROR(filter_sides(options, &dataset));
  return dataset;
}

namespace {

// Folder of a part, "" where it has no two sides.
std::string part_folder(const std::string& path, const std::string& part) {
  const std::string images = folder_named(path, "images");
  if (images.empty()) return "";
  const std::string name = folder_named(join_path(path, images), part);
  if (name.empty()) return "";
  const std::string folder = join_path(images, name);
  return detect_folders(join_path(path, folder)) ? folder : "";
}

}  // namespace

std::vector<std::string> gmberton_parts(const std::string& path) {
  std::vector<std::string> there;
  for (const char* part : {"test", "val", "train"}) {
    if (!part_folder(path, part).empty()) there.push_back(part);
  }
  return there;
}

bool detect_gmberton(const std::string& path) { return !gmberton_parts(path).empty(); }

Result<Dataset> read_gmberton(const std::string& path, const DatasetOptions& options) {
  const std::vector<std::string> there = gmberton_parts(path);
  if (there.empty())
    return invalid_argument(printable(path) +
                            ": has no images/{train,val,test}/{database,queries}");
  LOCI_TRY(part, choose_part(path, there, options.split));
  LOCI_TRY(dataset, read_folders(join_path(path, part_folder(path, part)), options));
  dataset.name = base_name(path) + "/" + part;
  return dataset;
}

}  // namespace loci
