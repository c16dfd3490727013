// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"
#include "reader.h"

#include "loci/base/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace loci {
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
    std::string field(trim(text(column)));
    if (field.empty()) return {};
    if (table.decimal_comma && std::count(field.begin(), field.end(), ',') == 1)
      field[field.find(',')] = '.';
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
    } else {
      utm->band = southern(*utm) ? 'M' : 'N';  // the bands at the equator
    }
    return {};
  }
  // No place of the northern hemisphere lies 9,329 km or more from the equator inside the grid.
  bool southern(const Utm& utm) const {
    const std::string word = to_lower(trim(text("hemisphere")));
    return word.starts_with('s') || utm.north_m > 9'329'006;
  }
  // The column time, or else year, month, day and hour in columns of their own.
  Status time(std::optional<int64_t>* out) const {
    if (const std::string_view whole = trim(text("time")); !whole.empty()) {
      *out = parse_time(whole);
      if (!out->has_value())  // a time of day beside a date
        *out = parse_time(std::string(trim(text("date"))) + ' ' + std::string(whole));
      if (out->has_value()) return {};
      return table.error(
          row, "time '" + printable(whole) + "' cannot be read; write it like 2015-06-21T12:00:00");
    }
    std::string joined;
    for (const auto& [column, digits] :
         {std::pair{"year", 4}, {"month", 2}, {"day", 2}, {"hour", 2}}) {
      std::optional<double> value;
      LOCI_RETURN_IF_ERROR(number(column, &value));
      if (!value.has_value()) break;
      const bool whole = *value >= 0 && *value <= 9999 && *value == std::floor(*value);
      if (std::string_view(column) == "hour") joined += '_';  // ten digits would be Unix seconds
      joined += whole ? format("%0*d", digits, static_cast<int>(*value)) : std::string("?");
    }
    if (joined.empty()) return {};
    *out = parse_time(joined);
    if (out->has_value()) return {};
    return table.error(row, "year, month, day and hour give no time (" + joined + ")");
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
  std::optional<int64_t> time;
  LOCI_RETURN_IF_ERROR(reader.time(&time));
  if (time.has_value()) record.time = time;
  LOCI_RETURN_IF_ERROR(read_position(reader, &record, off_the_map));
  return record;
}

void note_off_the_map(Dataset* dataset) {
  if (dataset->off_the_map.empty()) return;
  dataset->notes.push_back(
      format("%zu rows have a latitude or longitude that does not exist and count as without "
             "position; are the two swapped?",
             dataset->off_the_map.size()));
}

}  // namespace loci
