// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"

#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace loci {
namespace {

// Header words of others, by the name the column has here.
const std::map<std::string, std::string>& aliases() {
  static const std::map<std::string, std::string> table = {
      {"image", "path"},        {"file", "path"},
      {"filename", "path"},     {"name", "path"},
      {"place_id", "place"},    {"label", "place"},
      {"taken", "time"},        {"timestamp", "time"},
      {"date", "time"},         {"captured_at", "time"},
      {"latitude", "lat"},      {"longitude", "lon"},
      {"lng", "lon"},           {"utm_east", "east_m"},
      {"easting", "east_m"},    {"east", "east_m"},
      {"utm_north", "north_m"}, {"northing", "north_m"},
      {"north", "north_m"},     {"utm_zone", "zone"},
      {"zone_letter", "band"},  {"heading_deg", "heading"},
      {"yaw", "heading"},       {"frame_number", "frame"},
      {"sequence", "group"},    {"sequence_id", "group"},
      {"pano", "group"},        {"pano_id", "group"},
      {"panorama", "group"},
  };
  return table;
}

}  // namespace

bool PlacesTable::has(const std::string& column) const {
  return std::find(header.begin(), header.end(), column) != header.end();
}

Status PlacesTable::error(size_t row, const std::string& what) const {
  return corrupt(format("%s: row %zu: %s", where.c_str(), row_numbers[row], what.c_str()));
}

Result<PlacesTable> read_places_table(const std::string& path) {
  LOCI_TRY(text, read_text_file(path));
  const std::vector<std::vector<std::string>> lines = parse_csv(text);
  PlacesTable table{.where = printable(path), .header = {}, .rows = {}, .row_numbers = {}};
  if (lines.empty())
    return corrupt(table.where + ": is empty; expected a header such as path,place");
  for (const std::string& word : lines[0]) {
    const std::string name = to_lower(trim(word));
    const auto alias = aliases().find(name);
    // A column under its own name comes before one that is only called so by others.
    const bool taken = alias != aliases().end() &&
                       std::any_of(lines[0].begin(), lines[0].end(), [&](const auto& other) {
                         return to_lower(trim(other)) == alias->second;
                       });
    table.header.push_back(alias == aliases().end() || taken ? name : alias->second);
  }
  if (!table.has("path")) {
    return corrupt(table.where + ": has no column 'path'; its columns are: " +
                   printable(text.substr(0, text.find('\n'))));
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].size() == 1 && trim(lines[i][0]).empty()) continue;
    table.row_numbers.push_back(i + 1);
    table.rows.emplace_back();
    if (lines[i].size() != table.header.size()) {
      return table.error(
          table.rows.size() - 1,
          format("has %zu fields, the header has %zu", lines[i].size(), table.header.size()));
    }
    for (size_t c = 0; c < table.header.size(); ++c)
      table.rows.back()[table.header[c]] = lines[i][c];
  }
  return table;
}

namespace {

// Reads the fields of one row; `off_the_map` gets positions that cannot be.
struct RowReader {
  const PlacesTable& table;
  size_t row;

  const std::string& text(const std::string& column) const {
    static const std::string none;
    const auto found = table.rows[row].find(column);
    return found == table.rows[row].end() ? none : found->second;
  }
  Status number(const std::string& column, std::optional<double>* out) const {
    const std::string_view field = trim(text(column));
    if (field.empty()) return {};
    *out = parse_double(field);
    if (!out->has_value() || !std::isfinite(**out)) {
      return table.error(row, column + " '" + printable(field) + "' is no number");
    }
    return {};
  }
  Status zone(Utm* utm) const {
    std::string field(trim(text("zone")));
    std::string band(trim(text("band")));
    if (!field.empty() && std::isalpha(static_cast<unsigned char>(field.back())) != 0) {
      band = field.substr(field.size() - 1);
      field.pop_back();
    }
    if (field.empty()) return {};
    const std::optional<int64_t> value = parse_int(field);
    if (!value.has_value() || *value < 0 || *value > 60) {
      return table.error(
          row,
          "zone '" + printable(text("zone")) + "' is no UTM zone (1 to 60, such as 17 or 17T)");
    }
    utm->zone = static_cast<int>(*value);
    if (band.size() == 1) {
      const char letter = static_cast<char>(std::toupper(static_cast<unsigned char>(band[0])));
      if (letter >= 'C' && letter <= 'X') utm->band = letter;
    }
    return {};
  }
};

Status read_position(const RowReader& reader,
                     ImageRecord* record,
                     std::vector<ImpossiblePosition>* off_the_map) {
  std::optional<double> lat, lon, east, north;
  LOCI_RETURN_IF_ERROR(reader.number("lat", &lat));
  LOCI_RETURN_IF_ERROR(reader.number("lon", &lon));
  LOCI_RETURN_IF_ERROR(reader.number("east_m", &east));
  LOCI_RETURN_IF_ERROR(reader.number("north_m", &north));
  if (lat.has_value() && lon.has_value()) {
    if (valid({.lat = *lat, .lon = *lon})) {
      record->position = LatLon{.lat = *lat, .lon = *lon};
    } else {
      off_the_map->push_back({.path = record->path, .lat = *lat, .lon = *lon});
    }
  }
  if (east.has_value() && north.has_value()) {
    Utm utm{.east_m = *east, .north_m = *north};
    LOCI_RETURN_IF_ERROR(reader.zone(&utm));
    if (utm.zone == 0 && record->position.has_value()) {
      if (const auto own = to_utm(*record->position); own.ok()) {
        utm.zone = own->zone;
        utm.band = own->band;
      }
    }
    record->utm = utm;
  }
  complete_position(record);
  return {};
}

}  // namespace

Result<ImageRecord> read_places_row(const PlacesTable& table,
                                    size_t row,
                                    std::vector<ImpossiblePosition>* off_the_map) {
  const RowReader reader{.table = table, .row = row};
  const std::string& path = reader.text("path");
  if (trim(path).empty()) return table.error(row, "the path is empty");
  ImageRecord record = std::move(records_from_names({path})[0]);
  record.place = reader.text("place");
  if (!reader.text("group").empty()) record.group = reader.text("group");
  std::optional<double> heading, frame;
  LOCI_RETURN_IF_ERROR(reader.number("heading", &heading));
  LOCI_RETURN_IF_ERROR(reader.number("frame", &frame));
  if (heading.has_value()) record.heading_deg = heading;
  if (frame.has_value() && *frame >= 0 && *frame < 9e15)
    record.frame = static_cast<int64_t>(*frame);
  if (const std::string_view time = trim(reader.text("time")); !time.empty()) {
    record.time = parse_time(time);
    if (!record.time.has_value()) {
      return table.error(
          row, "time '" + printable(time) + "' cannot be read; write it like 2015-06-21T12:00:00");
    }
  }
  LOCI_RETURN_IF_ERROR(read_position(reader, &record, off_the_map));
  return record;
}

}  // namespace loci
