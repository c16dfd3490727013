// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "places_table.h"

#include "reader.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <algorithm>

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

// The separator that the header line has most of; a comma where it has none.
char separator_of(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  char best = ',';
  for (const char candidate : {';', '\t'}) {
    if (std::count(line.begin(), line.end(), candidate) >
        std::count(line.begin(), line.end(), best))
      best = candidate;
  }
  return best;
}

}  // namespace

bool PlacesTable::has(const std::string& column) const {
  return std::find(header.begin(), header.end(), column) != header.end();
}

Status PlacesTable::error(size_t row, const std::string& what) const {
  return corrupt(format("%s: row %zu: %s", where.c_str(), row_numbers[row], what.c_str()));
}

Result<PlacesTable> read_table(const std::string& path) {
  LOCI_TRY(text, read_text_file(path));
  PlacesTable table;
  table.where = printable(path);
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return corrupt(table.where + ": is UTF-16 text; save it as UTF-8");
  const char separator = separator_of(text);
  table.decimal_comma = separator == ';';
  const std::vector<std::vector<std::string>> lines = parse_csv(text, separator);
  if (lines.empty())
    return corrupt(table.where + ": is empty; expected a header such as path,place");
  for (const std::string& word : lines[0]) table.header.push_back(to_lower(trim(word)));
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

Result<PlacesTable> read_places_table(const std::string& path) {
  LOCI_TRY(table, read_table(path));
  const std::vector<std::string> given = table.header;
  for (size_t c = 0; c < given.size(); ++c) {
    const auto alias = aliases().find(given[c]);
    // A column under its own name comes before one that is only called so by others.
    if (alias == aliases().end() || table.has(alias->second)) continue;
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
