// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>
#include <set>

// Collections in which every image may ask: photographs with positions, and one folder a place.
namespace loci {
namespace {

constexpr size_t kSample = 64;

bool half_positioned(const std::vector<ImageRecord>& records) {
  const int64_t with = count_positions(records);
  return with >= 2 && 2 * with >= static_cast<int64_t>(records.size());
}

}  // namespace

bool detect_geotagged(const std::string& path) {
  Dataset ignored;
  const auto photos = list_photos(path, "", &ignored);
  if (!photos.ok() || photos->size() < 2) return false;
  // A sample spread over the whole list decides, so that a large folder is not read twice.
  std::vector<std::string> sample;
  const size_t step = std::max<size_t>(1, photos->size() / kSample);
  for (size_t i = 0; i < photos->size(); i += step) sample.push_back((*photos)[i]);
  std::vector<ImageRecord> records = records_from_names(sample);
  if (!half_positioned(records)) read_exif(path, &records);
  return half_positioned(records);
}

Result<Dataset> read_geotagged(const std::string& path, const DatasetOptions& options) {
  Dataset dataset;
  dataset.root = path;
  LOCI_TRY(photos, list_photos(path, "", &dataset));
  std::vector<ImageRecord> records = records_from_names(photos);
  read_exif(path, &records);
  dataset.rule = radius_rule(options);
  LOCI_RETURN_IF_ERROR(divide(as_candidates(std::move(records)), options, &dataset));
  note_unpositioned(&dataset);
  return dataset;
}

bool detect_place_folders(const std::string& path) {
  Dataset ignored;
  const auto photos = list_photos(path, "", &ignored);
  if (!photos.ok()) return false;
  std::set<std::string> folders;
  for (const std::string& photo : *photos) {
    const size_t slash = photo.find('/');
    if (slash == std::string::npos)
      return false;  // loose photographs: a place of its own cannot be meant
    folders.insert(photo.substr(0, slash));
  }
  return folders.size() >= 2;
}

Result<Dataset> read_place_folders(const std::string& path, const DatasetOptions& options) {
  Dataset dataset;
  dataset.root = path;
  LOCI_TRY(photos, list_photos(path, "", &dataset));
  const size_t before = photos.size();
  std::erase_if(photos,
                [](const std::string& photo) { return photo.find('/') == std::string::npos; });
  if (photos.size() < before) {
    dataset.notes.push_back(format("%zu photographs outside of any place's folder were left out",
                                   before - photos.size()));
  }
  std::vector<ImageRecord> records = records_from_names(photos);
  read_exif(path, &records);
  for (ImageRecord& record : records) record.place = record.path.substr(0, record.path.find('/'));
  dataset.rule.kind = TruthRule::Kind::kPlace;
  LOCI_RETURN_IF_ERROR(divide(as_candidates(std::move(records)), options, &dataset));
  return dataset;
}

}  // namespace loci
