// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"
#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

// GSV-Cities: a csv a city, with a row an image. The names of the images are made of the row
// (amaralibey/gsv-cities, dataloaders/train/GSVCitiesDataset.py).
namespace loci {
namespace {

constexpr int64_t kPlacesOfACity = 100'000;
constexpr int kLeastImages = 4;  // places with fewer are left out

std::vector<std::string> city_tables(const std::string& path) {
  const auto names = list_files(join_path(path, "Dataframes"), {".csv"});
  return names.ok() ? *names : std::vector<std::string>();
}

// A number of the csv as Python's str() prints it: the shortest decimal that reads back.
std::string python_text(double value) {
  char buffer[64];
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto end = std::to_chars(buffer,
                                 buffer + sizeof buffer,
                                 value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, end.ptr);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

struct Row {
  int64_t place = 0;
  std::string city, begin, name;  // the name of the image and how it begins before lat and lon
};

Result<Row> read_names(const PlacesTable& table, size_t i) {
  const PlacesTable::Columns& columns = table.rows[i];
  const auto whole = [&](const char* column, int64_t* out) -> Status {
    const std::optional<double> value = parse_double(trim(columns.at(column)));
    if (!value.has_value() || *value != std::floor(*value) || std::abs(*value) > 1e12) {
      return table.error(
          i, std::string(column) + " '" + printable(columns.at(column)) + "' is no whole number");
    }
    *out = static_cast<int64_t>(*value);
    return {};
  };
  int64_t year = 0, month = 0, heading = 0;
  Row row;
  LOCI_RETURN_IF_ERROR(whole("place_id", &row.place));
  LOCI_RETURN_IF_ERROR(whole("year", &year));
  LOCI_RETURN_IF_ERROR(whole("month", &month));
  LOCI_RETURN_IF_ERROR(whole("northdeg", &heading));
  const std::optional<double> lat = parse_double(trim(columns.at("lat"))),
                              lon = parse_double(trim(columns.at("lon")));
  if (!lat.has_value() || !lon.has_value()) return table.error(i, "lat and lon are no numbers");
  row.city = trim(columns.at("city_id"));
  row.begin = format("%s_%07lld_%04lld_%02lld_%03lld_",
                     row.city.c_str(),
                     static_cast<long long>(row.place % kPlacesOfACity),
                     static_cast<long long>(year),
                     static_cast<long long>(month),
                     static_cast<long long>(heading));
  row.name = row.begin + python_text(*lat) + "_" + python_text(*lon) + "_" +
             std::string(trim(columns.at("panoid"))) + ".jpg";
  return row;
}

// The file of a row: under its own name, or else one that differs in how lat and lon are printed.
std::string find_file(const std::vector<std::string>& files, const Row& row) {
  if (std::binary_search(files.begin(), files.end(), row.name)) return row.name;
  const size_t panorama = row.name.find('_', row.name.find('_', row.begin.size()) + 1);
  const std::string tail = row.name.substr(panorama);
  for (auto it = std::lower_bound(files.begin(), files.end(), row.begin);
       it != files.end() && it->starts_with(row.begin);
       ++it) {
    if (it->ends_with(tail)) return *it;
  }
  return row.name;
}

// Reads one city into `candidates`; its place numbers get `offset` added, as in the training code.
Status read_city(const std::string& path,
                 const std::string& csv,
                 int64_t offset,
                 std::vector<Candidate>* candidates,
                 int64_t* dropped,
                 std::vector<ImpossiblePosition>* off_the_map) {
  LOCI_TRY(table, read_table(join_path(path, "Dataframes/" + csv)));
  for (const char* column :
       {"place_id", "year", "month", "northdeg", "city_id", "lat", "lon", "panoid"}) {
    if (!table.has(column)) {
      return corrupt(table.where + ": has no column '" + column +
                     "'; its columns are: " + join_names(table.header));
    }
  }
  std::unordered_map<int64_t, int> images_of;
  std::unordered_map<std::string, std::vector<std::string>> files_of;  // by city
  std::vector<Row> rows;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    LOCI_TRY(row, read_names(table, i));
    ++images_of[row.place];
    if (!files_of.contains(row.city)) {
      const auto files = list_files(join_path(path, "Images/" + row.city), {".jpg"});
      files_of[row.city] = files.ok() ? *files : std::vector<std::string>();
    }
    rows.push_back(std::move(row));
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    if (images_of[rows[i].place] < kLeastImages) {
      ++*dropped;
      continue;
    }
    PlacesTable::Columns& columns = table.rows[i];
    columns["path"] = "Images/" + rows[i].city + "/" + find_file(files_of[rows[i].city], rows[i]);
    columns["place"] = std::to_string(rows[i].place + offset);
    columns["heading"] = columns["northdeg"];
    columns["group"] = columns["panoid"];
    LOCI_TRY(record, read_places_row(table, i, off_the_map));
    candidates->push_back({std::move(record), {{"city_id", rows[i].city}}});
  }
  return {};
}

}  // namespace

bool detect_gsv_cities(const std::string& path) {
  return is_folder(join_path(path, "Images")) && !city_tables(path).empty();
}

Result<Dataset> read_gsv_cities(const std::string& path, const DatasetOptions& options) {
  const std::vector<std::string> tables = city_tables(path);
  if (tables.empty())
    return invalid_argument(printable(path) + ": has no csv files in Dataframes/");
  Dataset dataset;
  dataset.root = path;
  dataset.rule = radius_rule(options);
  dataset.rule.kind = TruthRule::Kind::kPlace;
  std::vector<Candidate> candidates;
  int64_t dropped = 0;
  for (size_t i = 0; i < tables.size(); ++i) {
    const auto offset = static_cast<int64_t>(i) * kPlacesOfACity;
    LOCI_RETURN_IF_ERROR(
        read_city(path, tables[i], offset, &candidates, &dropped, &dataset.off_the_map));
  }
  if (dropped > 0) {
    dataset.notes.push_back(format("%lld images of places with fewer than %d images were left out",
                                   static_cast<long long>(dropped),
                                   kLeastImages));
  }
  note_off_the_map(&dataset);
  LOCI_RETURN_IF_ERROR(divide(std::move(candidates), options, &dataset));
  return dataset;
}

}  // namespace loci
