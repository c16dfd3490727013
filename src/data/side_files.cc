// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "side_files.h"

#include "json_scan.h"
#include "reader.h"

#include "loci/base/text.h"

namespace loci {
namespace {

constexpr size_t kTakeoutName = 51;  // letters of a name, ".json" among them

void add_takeout(const std::string& folder,
                 const std::string& name,
                 const std::string& number,
                 std::vector<std::string>* out) {
  for (const char* middle : {"", ".supplemental-metadata"}) {
    const std::string whole = name + middle;
    out->push_back(
        join_path(folder, whole.substr(0, kTakeoutName - 5 - number.size()) + number + ".json"));
  }
}

}  // namespace

std::vector<std::string> xmp_names(const std::string& photo) {
  const std::string stem = without_extension(photo);
  return {photo + ".xmp", photo + ".XMP", stem + ".xmp", stem + ".XMP"};
}

std::vector<std::string> takeout_names(const std::string& photo) {
  const std::string folder = parent_of(photo), name = base_name(photo);
  std::vector<std::string> out;
  add_takeout(folder, name, "", &out);
  const std::string stem = without_extension(name), ending = name.substr(stem.size());
  if (stem.ends_with(')') && stem.rfind('(') != std::string::npos) {
    const size_t open = stem.rfind('(');
    add_takeout(folder, stem.substr(0, open) + ending, stem.substr(open), &out);
  }
  if (stem.ends_with("-edited"))
    add_takeout(folder, stem.substr(0, stem.size() - 7) + ending, "", &out);
  return out;
}

void read_takeout(std::string_view json, PhotoInfo* info) {
  std::optional<double> lat, lon, exif_lat, exif_lon;
  std::optional<int64_t> taken;
  scan_json(json, [&](std::string_view path, std::string_view value) {
    if (path == "geoData.latitude") lat = parse_double(value);
    if (path == "geoData.longitude") lon = parse_double(value);
    if (path == "geoDataExif.latitude") exif_lat = parse_double(value);
    if (path == "geoDataExif.longitude") exif_lon = parse_double(value);
    if (path == "photoTakenTime.timestamp") taken = parse_int(value);
  });
  for (const auto& [a, b] : {std::pair{lat, lon}, {exif_lat, exif_lon}}) {
    const bool fix = a && b && !(*a == 0 && *b == 0) && valid({*a, *b});
    if (fix && !info->position) info->position = LatLon{*a, *b};
  }
  if (taken && *taken != 0 && !info->taken) info->taken = taken;
}

}  // namespace loci
