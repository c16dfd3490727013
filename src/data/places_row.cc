// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"
#include "reader.h"

#include "loci/base/angle.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace loci {
namespace {

// Reads the fields of one row; `off_the_map` gets positions that cannot be.
struct RowReader {
  PlacesTable& table;
  size_t row;

  const std::string& text(const std::string& column) const {
    static const std::string none;
    const auto found = table.rows[row].find(column);
    return found == table.rows[row].end() ? none : found->second;
  }
  /// The field; "" where it says in words that there is nothing.
  std::string cell(const std::string& column) const {
    std::string field(trim(text(column)));
    const std::string lower = to_lower(field);
    for (const char* nothing :
         {"nan", "none", "null", "n/a", "na", "-", "--", "?", "unknown", "nil", "#n/a"}) {
      if (lower == nothing) return "";
    }
    return field;
  }
  std::optional<double> number(const std::string& column) const {
    std::string field = cell(column);
    if (field.empty()) return std::nullopt;
    if (table.decimal_comma && std::count(field.begin(), field.end(), ',') == 1)
      field[field.find(',')] = '.';
    const auto value = parse_double(field);
    if (value.has_value() && std::isfinite(*value)) return value;
    table.odd(row, column + " '" + printable(field) + "' is no number");
    return std::nullopt;
  }
  /// Degrees in any of the ways of parse_angle, with the hemisphere of a column beside it.
  std::optional<double> angle(const std::string& column, char plus, char minus) const {
    std::string field = cell(column);
    if (field.empty()) return std::nullopt;
    if (std::count(field.begin(), field.end(), ',') == 1 && field.find('.') == std::string::npos)
      field[field.find(',')] = '.';
    auto found = parse_angle(field);
    if (!found || (found->letter != 0 && found->letter != plus && found->letter != minus)) {
      table.odd(row, column + " '" + printable(field) + "' is no number of degrees");
      return std::nullopt;
    }
    const std::string ref = to_lower(cell(column + "_ref"));
    if (found->letter == 0 && !ref.empty() && ref[0] == std::tolower(minus))
      return -std::abs(found->degrees);
    return found->degrees;
  }
  void zone(Utm* utm) const {
    std::string field = cell("zone");
    std::string band = cell("band");
    if (!field.empty() && std::isalpha(static_cast<unsigned char>(field.back())) != 0) {
      band = field.substr(field.size() - 1);
      field.pop_back();
    }
    if (field.empty()) return;
    const std::optional<int64_t> value = parse_int(field);
    if (!value.has_value() || *value < 0 || *value > 60) {
      table.odd(
          row,
          "zone '" + printable(text("zone")) + "' is no UTM zone (1 to 60, such as 17 or 17T)");
      return;
    }
    utm->zone = static_cast<int>(*value);
    if (band.size() == 1) {
      const char letter = static_cast<char>(std::toupper(static_cast<unsigned char>(band[0])));
      if (letter >= 'C' && letter <= 'X') utm->band = letter;
    } else {
      utm->band = southern(*utm) ? 'M' : 'N';  // the bands at the equator
    }
  }
  // No place of the northern hemisphere lies 9,329 km or more from the equator inside the grid.
  bool southern(const Utm& utm) const {
    const std::string word = to_lower(trim(text("hemisphere")));
    return word.starts_with('s') || utm.north_m > 9'329'006;
  }
  // The column time, or else year, month, day and hour in columns of their own.
  std::optional<int64_t> time() const {
    if (const std::string whole = cell("time"); !whole.empty()) {
      auto time = parse_time(whole);
      if (!time) time = parse_time(cell("date") + ' ' + whole);  // a time of day beside a date
      if (!time) {
        table.odd(
            row,
            "time '" + printable(whole) + "' cannot be read; write it like 2015-06-21T12:00:00");
      }
      return time;
    }
    std::string joined;
    for (const auto& [column, digits] :
         {std::pair{"year", 4}, {"month", 2}, {"day", 2}, {"hour", 2}}) {
      const auto value = number(column);
      if (!value.has_value()) break;
      const bool whole = *value >= 0 && *value <= 9999 && *value == std::floor(*value);
      if (std::string_view(column) == "hour") joined += '_';  // ten digits would be Unix seconds
      joined += whole ? format("%0*d", digits, static_cast<int>(*value)) : std::string("?");
    }
    if (joined.empty()) return std::nullopt;
    const auto time = parse_time(joined);
    if (!time) table.odd(row, "year, month, day and hour give no time (" + joined + ")");
    return time;
  }
  /// "48.8584, 2.2945" in one column.
  std::optional<LatLon> position() const {
    const std::string field = cell("position");
    if (field.empty()) return std::nullopt;
    const bool comma = field.find(',') != std::string::npos;
    const size_t gap = comma ? field.find(',') : field.find(' ');
    const auto lat = parse_angle(field.substr(0, gap));
    const auto lon = gap == std::string::npos ? std::nullopt : parse_angle(field.substr(gap + 1));
    if (lat && lon) return LatLon{lat->degrees, lon->degrees};
    table.odd(row, "position '" + printable(field) + "' is no latitude and longitude");
    return std::nullopt;
  }
};

void read_position(const RowReader& reader,
                   ImageRecord* record,
                   std::vector<ImpossiblePosition>* off_the_map) {
  std::optional<double> lat = reader.angle("lat", 'N', 'S'), lon = reader.angle("lon", 'E', 'W');
  const std::optional<double> east = reader.number("east_m"), north = reader.number("north_m");
  if (const auto both = reader.position(); both && !lat && !lon) {
    lat = both->lat;
    lon = both->lon;
  }
  if (lat == 0.0 && lon == 0.0) {  // what is written where there was no fix
    reader.table.odd(reader.row, "0, 0 is no position");
    lat.reset();
  }
  if (lon && *lon > 180 && *lon <= 360) *lon -= 360;
  if (lat.has_value() && lon.has_value()) {
    if (valid({.lat = *lat, .lon = *lon})) {
      record->position = LatLon{.lat = *lat, .lon = *lon};
    } else {
      off_the_map->push_back({.path = record->path, .lat = *lat, .lon = *lon});
    }
  }
  if (east.has_value() && north.has_value()) {
    Utm utm{.east_m = *east, .north_m = *north};
    reader.zone(&utm);
    if (utm.zone == 0 && record->position.has_value()) {
      if (const auto own = to_utm(*record->position); own.ok()) {
        utm.zone = own->zone;
        utm.band = own->band;
      }
    }
    record->utm = utm;
  }
  complete_position(record);
}

/// A path as other programs write it: in quotes, with the separators of Windows, as a file URL.
std::string clean_path(std::string_view text) {
  text = trim(text);
  for (const char quote : {'\'', '"'}) {
    if (text.size() >= 2 && text.front() == quote && text.back() == quote)
      text = trim(text.substr(1, text.size() - 2));
  }
  if (!text.starts_with("file://")) return std::string(text);
  text.remove_prefix(7);
  if (text.starts_with("localhost/")) text.remove_prefix(9);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](size_t at) {
      const size_t found =
          std::string_view("0123456789abcdef")
              .find(static_cast<char>(std::tolower(static_cast<unsigned char>(text[at]))));
      return found == std::string_view::npos ? -1 : static_cast<int>(found);
    };
    const bool code =
        text[i] == '%' && i + 2 < text.size() && digit(i + 1) >= 0 && digit(i + 2) >= 0;
    if (code) {
      out += static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Result<ImageRecord> read_places_row(PlacesTable& table,
                                    size_t row,
                                    std::vector<ImpossiblePosition>* off_the_map) {
  const RowReader reader{.table = table, .row = row};
  const std::string path = clean_path(reader.text("path"));
  if (path.empty()) return table.error(row, "the path is empty");
  ImageRecord record = std::move(records_from_names({path})[0]);
  record.place = trim(reader.text("place"));
  if (!reader.text("group").empty()) record.group = reader.text("group");
  const auto heading = reader.number("heading"), frame = reader.number("frame");
  if (heading.has_value()) record.heading_deg = heading;
  if (frame.has_value() && *frame >= 0 && *frame < 9e15)
    record.frame = static_cast<int64_t>(*frame);
  if (const auto time = reader.time()) record.time = time;
  read_position(reader, &record, off_the_map);
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
