// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "metadata.h"

#include "loci/base/angle.h"
#include "loci/base/text.h"
#include "loci/base/zoned_time.h"

#include <cctype>
#include <cmath>
#include <string>
#include <string_view>

// XMP (ISO 16684-1) writes a simple property as an attribute, exif:GPSLatitude="48,51.504N", or as an element. Properties
// are found by their local name, whatever prefix the file gave to the name space. No XML is built up: what is damaged
// elsewhere does no harm.
namespace loci::internal {
namespace {

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

size_t skip_blank(std::string_view xml, size_t at) {
  while (at < xml.size() && std::isspace(static_cast<unsigned char>(xml[at])) != 0) ++at;
  return at;
}

/// The value of a property, "" where it is not there.
std::string_view property(std::string_view xml, std::string_view name) {
  for (size_t at = xml.find(name); at != std::string_view::npos; at = xml.find(name, at + 1)) {
    const size_t end = at + name.size();
    if (at < 2 || xml[at - 1] != ':' || end >= xml.size() || is_name(xml[end])) continue;
    size_t next = skip_blank(xml, end);
    if (next < xml.size() && xml[next] == '=') {
      next = skip_blank(xml, next + 1);
      if (next >= xml.size() || (xml[next] != '"' && xml[next] != '\'')) continue;
      const size_t close = xml.find(xml[next], next + 1);
      if (close == std::string_view::npos) continue;
      return trim(xml.substr(next + 1, close - next - 1));
    }
    size_t open = at - 1;
    while (open > 0 && is_name(xml[open - 1])) --open;
    if (open == 0 || xml[open - 1] != '<') continue;  // not the beginning of an element
    next = xml.find('>', end);
    if (next == std::string_view::npos || xml[next - 1] == '/') continue;
    const size_t close = xml.find('<', next);
    if (close == std::string_view::npos) continue;
    return trim(xml.substr(next + 1, close - next - 1));
  }
  return {};
}

/// "48,51.504N", "48,51,30N", "48.8584" with a sign, or with a reference beside it.
std::optional<double> angle(std::string_view xml, const std::string& name) {
  std::string text(property(xml, name));
  if (text.empty()) return std::nullopt;
  for (char& c : text) {
    if (c == ',') c = ' ';
  }
  const auto found = parse_angle(text);
  if (!found) return std::nullopt;
  if (found->letter != 0) return found->degrees;
  const std::string_view ref = property(xml, name + "Ref");
  if (ref.empty()) return found->degrees;
  const char letter = static_cast<char>(std::toupper(static_cast<unsigned char>(ref.front())));
  const double size = std::abs(found->degrees);
  if (letter == 'S' || letter == 'W') return -size;
  if (letter == 'N' || letter == 'E') return size;
  return std::nullopt;
}

/// "90.0", or a fraction as in EXIF.
std::optional<double> number(std::string_view text) {
  const size_t slash = text.find('/');
  const auto above = parse_double(text.substr(0, slash));
  if (!above || slash == std::string_view::npos) return above;
  const auto below = parse_double(text.substr(slash + 1));
  if (!below || *below == 0) return std::nullopt;
  return *above / *below;
}

}  // namespace

void read_xmp_block(std::span<const uint8_t> bytes, PhotoInfo* info) {
  const std::string_view xml(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!info->position) {
    const auto lat = angle(xml, "GPSLatitude"), lon = angle(xml, "GPSLongitude");
    const bool no_fix = property(xml, "GPSStatus") == "V" || (lat == 0.0 && lon == 0.0);
    if (lat && lon && !no_fix && valid({*lat, *lon})) info->position = LatLon{*lat, *lon};
  }
  if (!info->heading_deg) {
    // The middle of a panorama (Google's Photo Sphere) looks there.
    for (const char* name : {"GPSImgDirection", "PoseHeadingDegrees"}) {
      const auto heading = number(property(xml, name));
      if (info->heading_deg || !heading || !(*heading >= 0 && *heading <= 360)) continue;
      info->heading_deg = std::fmod(*heading, 360.0);
    }
  }
  for (const char* name : {"DateTimeOriginal", "DateCreated", "DateTimeDigitized", "CreateDate"}) {
    if (info->taken) break;
    info->taken = parse_zoned_time(property(xml, name), &info->utc_offset_s);
  }
}

}  // namespace loci::internal
