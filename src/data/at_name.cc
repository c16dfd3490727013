// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/text.h"
#include "loci/data/dataset.h"

#include <cmath>

namespace loci {
namespace {

// Field numbers after splitting the base name at '@' (gmberton/VPR-datasets-downloader, util.py).
enum Field : size_t {
  kEast = 1,
  kNorth = 2,
  kZone = 3,
  kLetter = 4,
  kLat = 5,
  kLon = 6,
  kPanorama = 7,
  kHeading = 9,
  kTimestamp = 13,
  kFieldCount = 16,  // the last one is the extension
};

// I and O are left out of the bands, as they look like digits.
bool is_band(const std::string& letter) {
  return letter.size() == 1 && letter[0] >= 'C' && letter[0] <= 'X' && letter[0] != 'I' &&
         letter[0] != 'O';
}

std::optional<double> finite_number(const std::string& text) {
  const std::optional<double> value = parse_double(trim(text));
  return value.has_value() && std::isfinite(*value) ? value : std::nullopt;
}

// `name` begins with '@'. A short name has at least "", east, north and the extension.
std::optional<ImageRecord> parse_fields(const std::string& name,
                                        const std::string& path,
                                        size_t least_fields) {
  if (name.empty() || name.front() != '@') return std::nullopt;
  const std::vector<std::string> fields = split(name, '@');
  if (fields.size() < least_fields) return std::nullopt;
  const auto field = [&](Field i) { return i + 1 < fields.size() ? fields[i] : std::string(); };
  const std::optional<double> east = finite_number(field(kEast)),
                              north = finite_number(field(kNorth));
  if (!east.has_value() || !north.has_value()) return std::nullopt;

  ImageRecord record;
  record.path = path;
  record.utm = Utm{.east_m = *east, .north_m = *north};
  const std::optional<double> lat = finite_number(field(kLat)), lon = finite_number(field(kLon));
  if (lat.has_value() && lon.has_value() && valid({.lat = *lat, .lon = *lon})) {
    record.position = LatLon{.lat = *lat, .lon = *lon};
  }
  const std::optional<int64_t> zone = parse_int(field(kZone));
  const std::string letter = field(kLetter);
  if (zone.has_value() && *zone >= 1 && *zone <= 60) {
    const bool on_grid = *east >= 0 && *east <= 1e6 && *north >= 0 && *north <= 1e7;
    if (!on_grid) {
      record.utm.reset();
    } else if (is_band(letter)) {
      record.utm->zone = static_cast<int>(*zone);
      record.utm->band = letter[0];
    } else if (record.position.has_value()) {
      record.utm.reset();  // taken from the degrees
    }
    // Else the hemisphere is not known: metres among those of the set, and nowhere on the Earth.
  }
  if (const std::string pano = field(kPanorama); pano != "None") record.group = pano;
  record.heading_deg = finite_number(field(kHeading));
  record.time = parse_time(field(kTimestamp));
  complete_position(&record);
  return record;
}

}  // namespace

void complete_position(ImageRecord* record) {
  if (record->position.has_value() && !record->utm.has_value()) {
    if (auto utm = to_utm(*record->position); utm.ok()) record->utm = *utm;
  } else if (record->utm.has_value() && !record->position.has_value()) {
    if (auto position = to_lat_lon(*record->utm); position.ok()) record->position = *position;
  }
}

std::optional<ImageRecord> parse_at_name(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const size_t base = slash == std::string::npos ? 0 : slash + 1;
  if (auto record = parse_fields(path.substr(base), path, 4)) return record;
  // A note with a slash in it made a folder of the first half of the name; then all sixteen fields
  // must be there.
  for (size_t at = path.find('@'); at < base; at = path.find('@', at + 1)) {
    if (at != 0 && path[at - 1] != '/') continue;
    if (auto record = parse_fields(path.substr(at), path, kFieldCount)) return record;
  }
  return std::nullopt;
}

}  // namespace loci
