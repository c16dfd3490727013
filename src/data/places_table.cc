// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"

#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci {
namespace {

// Header words of others, by the name the column has here; written small, without blanks, lines and units
// ("GPS Latitude" of exiftool and "geoData.latitude" of Takeout among them).
const std::map<std::string, std::string>& aliases() {
  static const std::map<std::string, std::string> table = {
      {"image", "path"},
      {"file", "path"},
      {"filename", "path"},
      {"name", "path"},
      {"imagepath", "path"},
      {"imagename", "path"},
      {"filepath", "path"},
      {"photo", "path"},
      {"picture", "path"},
      {"img", "path"},
      {"sourcefile", "path"},
      {"title", "path"},
      {"placeid", "place"},
      {"label", "place"},
      {"taken", "time"},
      {"timestamp", "time"},
      {"date", "time"},
      {"capturedat", "time"},
      {"datetime", "time"},
      {"datetimeoriginal", "time"},
      {"createdate", "time"},
      {"phototakentime.timestamp", "time"},
      {"latitude", "lat"},
      {"longitude", "lon"},
      {"gpslatitude", "lat"},
      {"gpslongitude", "lon"},
      {"geodata.latitude", "lat"},
      {"geodata.longitude", "lon"},
      {"lng", "lon"},
      {"long", "lon"},
      {"gpslatituderef", "lat_ref"},
      {"gpslongituderef", "lon_ref"},
      {"latituderef", "lat_ref"},
      {"longituderef", "lon_ref"},
      {"gpsposition", "position"},
      {"gpscoordinates", "position"},
      {"coordinates", "position"},
      {"latlon", "position"},
      {"latlng", "position"},
      {"utmeast", "east_m"},
      {"easting", "east_m"},
      {"east", "east_m"},
      {"utmnorth", "north_m"},
      {"northing", "north_m"},
      {"north", "north_m"},
      {"utmzone", "zone"},
      {"zoneletter", "band"},
      {"headingdeg", "heading"},
      {"gpsimgdirection", "heading"},
      {"yaw", "heading"},
      {"framenumber", "frame"},
      {"sequence", "group"},
      {"sequenceid", "group"},
      {"pano", "group"},
      {"panoid", "group"},
      {"panorama", "group"},
  };
  return table;
}

// "Latitude [deg]" -> "latitude"
std::string squeezed(const std::string& word) {
  std::string out;
  for (const char c : word.substr(0, word.find_first_of("([", 1))) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                      static_cast<unsigned char>(c) >= 0x80;
    if (kept) out += c;
  }
  while (out.ends_with('.')) out.pop_back();
  return out;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

// The separator that the header line has most of; blanks where it has none and yet several words.
char separator_of(std::string_view line) {
  char best = ',';
  for (const char candidate : {';', '\t', '|'}) {
    if (std::count(line.begin(), line.end(), candidate) >
        std::count(line.begin(), line.end(), best))
      best = candidate;
  }
  const bool none = line.find(best) == std::string_view::npos;
  return none && trim(line).find(' ') != std::string_view::npos ? ' ' : best;
}

// Runs of blanks become one separator.
std::string single_blanks(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    const bool gap = !quoted && (c == ' ' || c == '\t');
    if (gap && (out.empty() || out.back() == ' ' || out.back() == '\n')) continue;
    if (c == '\n' && !out.empty() && out.back() == ' ') out.pop_back();
    out += gap ? ' ' : c;
  }
  return out;
}

// One kind of line end: also that of old Macs.
std::string plain_lines(std::string text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

bool is_blank(const std::vector<std::string>& row) {
  return std::ranges::all_of(row, [](const std::string& field) { return trim(field).empty(); });
}

// Takes what stands before the header: "sep=;" of Excel and lines that begin with '#'. Returns how many lines.
size_t skip_preface(std::string_view* text, char* separator) {
  size_t lines = 0;
  while (!text->empty()) {
    const std::string_view line = trim(first_line(*text));
    const bool sep = to_lower(line.substr(0, 4)) == "sep=" && line.size() == 5;
    if (sep) *separator = line[4];
    // A comment that holds the header itself is the header.
    const std::string words = to_lower(line);
    const bool header = line.starts_with('#') && words.find("path") != std::string::npos &&
                        words.find_first_of(",;\t|") != std::string::npos;
    if (header) {
      text->remove_prefix(text->find('#') + 1);
      break;
    }
    if (!sep && !line.empty() && !line.starts_with('#')) break;
    const size_t end = text->find('\n');
    text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
    ++lines;
  }
  return lines;
}

// Two columns of one name with different values: nobody can tell which is meant. Else the second one goes.
Status check_names(const std::vector<std::vector<std::string>>& lines, const PlacesTable& table) {
  for (size_t c = 0; c < table.header.size(); ++c) {
    const auto first = std::ranges::find(table.header, table.header[c]);
    const auto f = static_cast<size_t>(first - table.header.begin());
    if (f == c || table.header[c].empty()) continue;
    for (size_t i = 1; i < lines.size(); ++i) {
      if (c < lines[i].size() && f < lines[i].size() && trim(lines[i][c]) != trim(lines[i][f])) {
        return corrupt(
            format("%s: columns %zu and %zu are both named '%s' and differ; rename or remove one",
                   table.where.c_str(),
                   f + 1,
                   c + 1,
                   printable(table.header[c]).c_str()));
      }
    }
  }
  return {};
}

}  // namespace

bool PlacesTable::has(const std::string& column) const {
  return std::find(header.begin(), header.end(), column) != header.end();
}

Status PlacesTable::error(size_t row, const std::string& what) const {
  return corrupt(format("%s: row %zu: %s", where.c_str(), row_numbers[row], what.c_str()));
}

void PlacesTable::odd(size_t row, const std::string& what) {
  if (odd_count++ == 0) first_odd = format("row %zu: %s", row_numbers[row], what.c_str());
}

Result<PlacesTable> read_table(const std::string& path) {
  LOCI_TRY(raw, read_text_file(path));
  PlacesTable table;
  table.where = printable(path);
  if (raw.starts_with("\xFF\xFE") || raw.starts_with("\xFE\xFF"))
    return corrupt(table.where + ": is UTF-16 text; save it as UTF-8");
  std::string text = plain_lines(std::move(raw));
  std::string_view rest = text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  char separator = 0;
  const size_t skipped = skip_preface(&rest, &separator);
  if (separator == 0) separator = separator_of(first_line(rest));
  table.decimal_comma = separator == ';';
  const std::vector<std::vector<std::string>> lines =
      parse_csv(separator == ' ' ? single_blanks(rest) : std::string(rest), separator);
  if (lines.empty())
    return corrupt(table.where + ": is empty; expected a header such as path,place");
  for (const std::string& word : lines[0]) table.header.push_back(to_lower(trim(word)));
  LOCI_RETURN_IF_ERROR(check_names(lines, table));
  std::string first_wrong;
  size_t wrong = 0;
  for (size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string> fields = lines[i];
    if (is_blank(fields)) continue;
    const bool comment = trim(fields[0]).starts_with('#') && fields.size() != table.header.size();
    if (comment) continue;
    // A separator at the end, or empty fields at the end left out.
    while (fields.size() > table.header.size() && trim(fields.back()).empty()) fields.pop_back();
    if (fields.size() > table.header.size() || fields.size() < 2) {
      const bool single = table.header.size() == 1 && fields.size() == 1;
      if (!single) {
        if (wrong++ == 0) {
          first_wrong = format("row %zu: has %zu fields, the header has %zu",
                               i + 1 + skipped,
                               lines[i].size(),
                               table.header.size());
        }
        continue;
      }
    }
    fields.resize(table.header.size());
    table.row_numbers.push_back(i + 1 + skipped);
    table.rows.emplace_back();
    for (size_t c = table.header.size(); c-- > 0;) table.rows.back()[table.header[c]] = fields[c];
  }
  if (wrong > table.rows.size()) return corrupt(table.where + ": " + first_wrong);
  table.odd_count = static_cast<int64_t>(wrong);
  table.first_odd = first_wrong;
  return table;
}

Result<PlacesTable> read_places_table(const std::string& path) {
  LOCI_TRY(table, read_table(path));
  const std::vector<std::string> given = table.header;
  for (size_t c = 0; c < given.size(); ++c) {
    const auto alias = aliases().find(squeezed(given[c]));
    // A column under its own name comes before one that is only called so by others.
    if (alias == aliases().end() || alias->second == given[c] || table.has(alias->second)) continue;
    table.header[c] = alias->second;
    for (PlacesTable::Columns& row : table.rows) {
      auto node = row.extract(given[c]);
      node.key() = alias->second;
      row.insert(std::move(node));
    }
  }
  std::string known;
  for (const std::string& name : given) known += (known.empty() ? "" : ", ") + printable(name);
  if (!table.has("path"))
    return corrupt(table.where + ": has no column 'path'; its columns are: " + known);
  for (const auto& [one, other] :
       {std::pair{"lat", "lon"}, {"lon", "lat"}, {"east_m", "north_m"}, {"north_m", "east_m"}}) {
    if (table.has(one) && !table.has(other)) {
      return corrupt(table.where + ": has a column '" + one + "' and no '" + other +
                     "'; a position needs both. Its columns are: " + known);
    }
  }
  return table;
}

}  // namespace loci
