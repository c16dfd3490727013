// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "writer.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"

#include <cstring>

namespace loci::town {
namespace {

Utm utm_of(const Shot& s) {
  return {kOriginEast + s.camera.east_m, kOriginNorth + s.camera.north_m, kZone, kBand};
}

double turn_360(double degrees) {
  degrees = std::fmod(degrees, 360.0);
  return degrees < 0 ? degrees + 360 : degrees;
}

std::string compact_time(int64_t seconds) {
  std::string iso = iso_time(seconds), out;
  for (char c : iso) {
    if (c == 'T')
      out += '_';
    else if (c != '-' && c != ':')
      out += c;
  }
  return out;
}

std::string note_of(const Shot& s) {
  std::string note = format("P%05d-%s", s.place, weather_name(s.visit.weather));
  if (s.visit.snow > 0.3f) note += "-snow";
  return note;
}

/// IEEE 754 binary16, to nearest, for values from 0 to 65504.
uint16_t to_half(float value) {
  if (!(value > 0)) return 0;
  value = std::min(value, 65504.0f);
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  const int exponent = static_cast<int>(bits >> 23) - 127 + 15;
  if (exponent <= 0) return 0;
  const uint32_t rounded = bits + 0x0fffu + ((bits >> 13) & 1u);
  return static_cast<uint16_t>((rounded >> 13) - (static_cast<uint32_t>(127 - 15) << 10));
}

}  // namespace

const char* split_name(int split) {
  static const char* const kNames[] = {"test", "train", "val"};
  return kNames[split];
}

std::string image_path(const Shot& s) {
  const Utm utm = utm_of(s);
  const auto position = to_lat_lon(utm);
  const LatLon p = position.ok() ? *position : LatLon{};
  const std::string name =
      format("@%010.2f@%010.2f@%02d@%c@%09.5f@%010.5f@P%05d-T%02d@00@%03d@@@@%s@%s@.jpg",
             utm.east_m,
             utm.north_m,
             utm.zone,
             utm.band,
             p.lat,
             p.lon,
             s.place,
             s.time,
             static_cast<int>(std::lround(turn_360(s.camera.heading_deg))) % 360,
             compact_time(s.visit.seconds()).c_str(),
             note_of(s).c_str());
  return std::string("images/") + split_name(s.split) + (s.query ? "/queries/" : "/database/") +
         name;
}

std::string depth_path(const std::string& image) {
  std::string path = "depth" + image.substr(std::strlen("images"));
  return path.substr(0, path.size() - 4) + ".npy";
}

std::string pose_header() {
  return "path,place,role,split,time,lat,lon,east_m,north_m,height_m,heading_deg,pitch_deg,roll_"
         "deg,focal_px,width,height,"
         "weather,wet,snow,sun_elevation_deg\n";
}

std::string pose_row(const Shot& s, const std::string& path) {
  const Utm utm = utm_of(s);
  const auto position = to_lat_lon(utm);
  const LatLon p = position.ok() ? *position : LatLon{};
  const Vec3 sun = sun_direction(s.visit.day_of_year(), s.visit.hour);
  return csv_field(path) + format(
                               ",P%05d,%s,%s,%s,%.7f,%.7f,%.3f,%.3f,%.3f,%.4f,%.4f,%.4f,%.4f,%d,%d,"
                               "%s,%.2f,%.2f,%.1f\n",
                               s.place,
                               s.query ? "query" : "database",
                               split_name(s.split),
                               iso_time(s.visit.seconds()).c_str(),
                               p.lat,
                               p.lon,
                               utm.east_m,
                               utm.north_m,
                               s.camera.height_m,
                               turn_360(s.camera.heading_deg),
                               s.camera.pitch_deg,
                               s.camera.roll_deg,
                               s.camera.focal_px,
                               s.camera.width,
                               s.camera.height,
                               weather_name(s.visit.weather),
                               static_cast<double>(s.visit.wet),
                               static_cast<double>(s.visit.snow),
                               std::asin(static_cast<double>(sun.z)) * 180 / 3.14159265358979);
}

Status write_image(const std::string& folder, const Shot& s, const Image& image, int quality) {
  PhotoInfo info;
  const auto position = to_lat_lon(utm_of(s));
  if (position.ok()) info.position = *position;
  info.altitude_m = s.camera.height_m;
  info.heading_deg = turn_360(s.camera.heading_deg);
  info.taken = s.visit.seconds();
  return save_jpeg(folder + "/" + image_path(s), image, quality, &info);
}

Status write_depth(const std::string& path,
                   int width,
                   int height,
                   const std::vector<float>& depth) {
  std::string header =
      format("{'descr': '<f2', 'fortran_order': False, 'shape': (%d, %d), }", height, width);
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 255);
  file += static_cast<char>(header.size() >> 8);
  file += header;
  for (float d : depth) {
    const uint16_t h = to_half(d);
    file += static_cast<char>(h & 255);
    file += static_cast<char>(h >> 8);
  }
  return write_file(path, std::string_view(file));
}

}  // namespace loci::town
