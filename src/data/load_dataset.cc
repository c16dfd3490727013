// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"

#include <cmath>

namespace loci {

const std::vector<Reader>& readers() {
  // In this order: what names its truth in a file comes before what is only guessed from folders.
  static const std::vector<Reader> table = {
      {{"places.csv", "a file places.csv with columns path,place or path and positions"},
       detect_places_csv,
       read_places_csv,
       true},
      {{"msls", "cities with query/ and database/ that hold images/ and csv files (seq_info.csv)"},
       detect_msls,
       read_msls,
       true},
      {{"gsv-cities", "Dataframes/*.csv and Images/"}, detect_gsv_cities, read_gsv_cities},
      {{"kitti", "sequences/ and poses/, or one sequence with images and poses.txt"},
       detect_kitti,
       read_kitti,
       true},
      {{"tum", "rgb.txt and groundtruth.txt"}, detect_tum, read_tum},
      {{"gmberton", "images/{train,val,test}/{database,queries}"},
       detect_gmberton,
       read_gmberton,
       true},
      {{"folders", "folders database/ and queries/"}, detect_folders, read_folders},
      {{"traverse",
        "folders ref/ and query/ or two seasons (summer/, winter/), i-th image with i-th image"},
       detect_traverse,
       read_traverse},
      {{"geotagged", "photographs with a position in their EXIF data or '@' names"},
       detect_geotagged,
       read_geotagged},
      {{"place-folders", "two or more folders with photographs, one folder a place"},
       detect_place_folders,
       read_place_folders},
  };
  return table;
}

std::vector<DatasetFormat> dataset_formats() {
  std::vector<DatasetFormat> formats;
  for (const Reader& reader : readers()) formats.push_back(reader.format);
  return formats;
}

namespace {

Status check_options(const DatasetOptions& options) {
  if (std::isnan(options.radius_m) || std::isinf(options.radius_m)) {
    return invalid_argument("radius_m must be a number of metres");
  }
  return {};
}

Status no_reader(const std::string& path, const std::string& wanted) {
  std::string text = printable(path) + ": ";
  text += wanted.empty() ? "no data set was recognised here. Looked for:"
                         : "there is no reader '" + wanted + "'. There are:";
  for (const Reader& reader : readers())
    text += format("\n  %s: %s", reader.format.name, reader.format.looks_for);
  if (wanted.empty())
    text += "\nGive the folder one of these layouts, or name a reader with --format.";
  return invalid_argument(text);
}

}  // namespace

Result<Dataset> load_dataset(const std::string& path, const DatasetOptions& options) {
  LOCI_RETURN_IF_ERROR(check_options(options));
  if (const auto info = file_info(path); !info.ok()) return info.status();
  for (const Reader& reader : readers()) {
    const bool chosen =
        options.format.empty() ? reader.detect(path) : options.format == reader.format.name;
    if (!chosen) continue;
    if (!options.split.empty() && !reader.has_parts) {
      return invalid_argument(
          format("%s: read as '%s', it has no parts, so none named '%s'; leave "
                 "--split out",
                 printable(path).c_str(),
                 reader.format.name,
                 printable(options.split).c_str()));
    }
    LOCI_TRY(dataset, reader.read(path, options));
    dataset.format = reader.format.name;
    if (dataset.name.empty()) dataset.name = base_name(path);
    LOCI_RETURN_IF_ERROR(settle_missing(options, &dataset));
    note_both_sides(&dataset);
    const bool absent = options.keep_empty && !dataset.missing.empty();
    if ((dataset.queries.empty() || dataset.database.empty()) && !absent) {
      return invalid_argument(
          format("%s: read as '%s', it has %zu queries and %zu database images; both are needed",
                 printable(path).c_str(),
                 reader.format.name,
                 dataset.queries.size(),
                 dataset.database.size()));
    }
    return dataset;
  }
  return no_reader(path, options.format);
}

std::string image_path(const Dataset& dataset, const ImageRecord& record) {
  return join_path(dataset.root, record.path);
}

}  // namespace loci
