// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/check.h"
#include "loci/base/text.h"
#include "loci/data/cutouts.h"

#include <cmath>

namespace loci {
namespace {

std::string field(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == '@' || c == '/' || static_cast<unsigned char>(c) < 32 || c == 127) c = '-';
  }
  return out;
}

/// "20150621_120000"
std::string compact_time(int64_t seconds) {
  std::string out;
  for (char c : iso_time(seconds)) {
    if (c != '-' && c != ':') out += c == 'T' ? '_' : c;
  }
  return out;
}

std::string whole_degrees(double degrees) {
  const long turned = std::lround(std::fmod(degrees, 360.0));
  return format("%03ld", (turned + 360) % 360);
}

}  // namespace

std::string make_at_name(const ImageRecord& record,
                         int tile,
                         double pitch_deg,
                         std::string_view note) {
  LOCI_REQUIRE(record.utm.has_value(), "an @ name needs a position");
  const Utm& utm = *record.utm;
  std::string name = format("@%010.2f@%010.2f@", utm.east_m, utm.north_m);
  name += utm.zone == 0 ? "@@" : format("%02d@%c@", utm.zone, utm.band);
  name += record.position.has_value()
              ? format("%09.5f@%010.5f@", record.position->lat, record.position->lon)
              : "@@";
  name += field(record.group) + format("@%02d@", tile);
  if (record.heading_deg.has_value()) name += whole_degrees(*record.heading_deg);
  name += format("@%g@@@", pitch_deg);
  if (record.time.has_value()) name += compact_time(*record.time);
  return name + "@" + field(note) + "@.jpg";
}

}  // namespace loci
