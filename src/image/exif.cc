// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/exif.h"

#include "exif_entry.h"
#include "exif_tags.h"
#include "metadata.h"

#include "loci/base/angle.h"
#include "loci/base/text.h"
#include "loci/base/zoned_time.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>
#include <string_view>

// EXIF 2.3 (JEITA CP-3451C) is a TIFF 6.0 block: directories of 12-byte entries (tag, type, count,
// value or offset of the value). Read here rather than by a library so that every offset is
// checked, whole TIFF files work, and nothing is ever printed.
namespace loci {
namespace {

using internal::ByteReader;
using internal::Entry;
using internal::walk_directory;
using Bytes = std::span<const uint8_t>;
namespace tag = internal::exif_tag;

struct Gps {
  std::string lat_ref, lon_ref, status, date;
  std::optional<Angle> lat, lon;
  std::optional<double> altitude, direction;
  std::optional<int64_t> second_of_day;
  uint32_t altitude_ref = 0;
};

/// Degrees, minutes and seconds; cameras leave out trailing ones or write 0/0 for them.
std::optional<Angle> angle(Entry& entry) {
  if (entry.is_text()) {
    std::string text = entry.text();
    std::ranges::replace(text, ',', ' ');
    return parse_angle(text);
  }
  const auto degrees = entry.number(0);
  if (!degrees) return std::nullopt;
  Angle found;
  const double minutes = entry.number(1).value_or(0), seconds = entry.number(2).value_or(0);
  found.signed_by_text = std::signbit(*degrees) || minutes < 0 || seconds < 0;
  const double size = std::abs(*degrees) + std::abs(minutes) / 60 + std::abs(seconds) / 3600;
  found.degrees = found.signed_by_text ? -size : size;
  return found;
}

/// "N", "S", " south\0": the first letter. The sign of the value where there is no such letter. Nothing says north or
/// south, or east or west: no angle.
std::optional<double> with_hemisphere(const Angle& value,
                                      const std::string& ref,
                                      char plus,
                                      char minus) {
  const std::string_view word = trim(ref);
  const char letter = word.empty()
                          ? value.letter
                          : static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
  if (letter == minus) return -std::abs(value.degrees);
  if (letter == plus && !(value.letter == minus)) return std::abs(value.degrees);
  if (letter == 0 && value.signed_by_text) return value.degrees;
  return std::nullopt;
}

void apply(const Gps& gps, PhotoInfo& info) {
  if (gps.lat && gps.lon && !info.position && gps.status != "V") {
    const auto lat = with_hemisphere(*gps.lat, gps.lat_ref, 'N', 'S');
    const auto lon = with_hemisphere(*gps.lon, gps.lon_ref, 'E', 'W');
    // Cameras without a fix write 0, 0 with empty references.
    if (lat && lon && valid({*lat, *lon}) && !(*lat == 0 && *lon == 0))
      info.position = LatLon{*lat, *lon};
  }
  if (gps.altitude && !info.altitude_m && std::abs(*gps.altitude) < 20000) {
    info.altitude_m = gps.altitude_ref == 1 ? -std::abs(*gps.altitude) : *gps.altitude;
  }
  if (gps.direction && !info.heading_deg && *gps.direction >= 0 && *gps.direction <= 360)
    info.heading_deg = std::fmod(*gps.direction, 360.0);
}

Gps read_gps(Bytes tiff, bool big_endian, uint64_t at) {
  Gps gps;
  walk_directory(tiff, big_endian, at, [&](Entry entry) {
    switch (entry.tag()) {
      case tag::kLatitudeRef:
        gps.lat_ref = entry.text();
        break;
      case tag::kLatitude:
        gps.lat = angle(entry);
        break;
      case tag::kLongitudeRef:
        gps.lon_ref = entry.text();
        break;
      case tag::kLongitude:
        gps.lon = angle(entry);
        break;
      case tag::kAltitudeRef:
        gps.altitude_ref = entry.integer().value_or(0);
        break;
      case tag::kAltitude:
        gps.altitude = entry.number(0);
        break;
      case tag::kStatus:
        gps.status = trim(entry.text());
        break;
      case tag::kImgDirection:
        gps.direction = entry.number(0);
        break;
      case tag::kDateStamp:
        gps.date = entry.text();
        break;
      case tag::kTimeStamp:
        if (const auto h = entry.number(0), m = entry.number(1), s = entry.number(2); h && m && s) {
          if (*h >= 0 && *h < 24 && *m >= 0 && *m < 60 && *s >= 0 && *s < 61)
            gps.second_of_day = static_cast<int64_t>(*h * 3600 + *m * 60 + *s);
        }
        break;
      default:
        break;
    }
  });
  return gps;
}

std::optional<int64_t> gps_time(const Gps& gps) {
  if (!gps.second_of_day || gps.date.size() < 10) return std::nullopt;
  const auto day = parse_time(gps.date.substr(0, 10));
  if (!day || *day < civil_seconds(1990, 1, 1)) return std::nullopt;
  return *day + *gps.second_of_day;
}

/// "2015:06:21 12:00:00"; some write blanks for zeros in front, or a clock of twelve hours. Cameras with an unset clock
/// write zeros or blanks.
std::optional<int64_t> exif_time(const std::string& text) {
  std::string digits = text.substr(0, 19);
  if (digits.size() < 19 || digits.substr(0, 4) == "0000") return std::nullopt;
  for (const size_t at : {size_t{5}, size_t{8}, size_t{11}, size_t{14}, size_t{17}}) {
    if (digits[at] == ' ' && digits[at + 1] != ' ') digits[at] = '0';
  }
  auto time = parse_time(digits);
  const std::string half = to_lower(trim(text.substr(19)));
  const auto hour = parse_int(digits.substr(11, 2));
  if (time && hour && half == "pm" && *hour < 12) *time += 12 * 3600;
  if (time && hour && half == "am" && *hour == 12) *time -= 12 * 3600;
  return time;
}

struct Dates {
  std::optional<int64_t> original, digitized, changed;
  std::optional<int32_t> original_offset, digitized_offset, changed_offset;
};

/// The clock's offset where the time of GPS beside it says it: quarters of an hour, as all zones have, within a minute
/// that the fix may be old.
std::optional<int32_t> offset_by_gps(int64_t civil, const std::optional<int64_t>& utc) {
  if (!utc || std::abs(civil - *utc) > 14 * 3600 + 60) return std::nullopt;
  constexpr int64_t kQuarter = 900;
  const int64_t off = civil - *utc;
  const int64_t whole = (off + (off < 0 ? -kQuarter : kQuarter) / 2) / kQuarter * kQuarter;
  if (std::abs(off - whole) > 60) return std::nullopt;
  return static_cast<int32_t>(whole);
}

void apply_dates(const Dates& dates, const std::optional<int64_t>& utc, PhotoInfo& info) {
  if (info.taken) return;
  for (const auto& [civil, offset] : {std::pair{dates.original, dates.original_offset},
                                      {dates.digitized, dates.digitized_offset},
                                      {dates.changed, dates.changed_offset}}) {
    if (!civil) continue;
    info.utc_offset_s = offset ? offset : offset_by_gps(*civil, utc);
    info.taken = *civil - info.utc_offset_s.value_or(0);
    return;
  }
  info.taken = utc;
}

}  // namespace

void internal::read_exif_block(std::span<const uint8_t> tiff, PhotoInfo* info) {
  if (tiff.size() < 14) return;
  const bool big_endian = tiff[0] == 'M';
  ByteReader in(tiff, big_endian);
  uint64_t exif_at = 0, gps_at = 0;  // 0 is the block's own header: none
  Dates dates;
  Bytes xmp;  // where TIFF files keep it
  walk_directory(tiff, big_endian, in.u32(4), [&](Entry entry) {
    if (entry.tag() == tag::kOrientation) {
      const uint32_t value = entry.integer().value_or(1);
      if (value >= 1 && value <= 8 && info->orientation == 1)
        info->orientation = static_cast<int>(value);
    } else if (entry.tag() == tag::kDateTime) {
      dates.changed = exif_time(entry.text());
    } else if (entry.tag() == tag::kExifDirectory) {
      exif_at = entry.integer().value_or(0);
    } else if (entry.tag() == tag::kGpsDirectory) {
      gps_at = entry.integer().value_or(0);
    } else if (entry.tag() == tag::kXmpPacket) {
      xmp = entry.bytes();
    }
  });
  if (exif_at != 0) {
    walk_directory(tiff, big_endian, exif_at, [&](Entry entry) {
      switch (entry.tag()) {
        case tag::kDateTimeOriginal:
          dates.original = exif_time(entry.text());
          break;
        case tag::kDateTimeDigitized:
          dates.digitized = exif_time(entry.text());
          break;
        case tag::kOffsetTime:
          dates.changed_offset = parse_utc_offset(entry.text());
          break;
        case tag::kOffsetTimeOriginal:
          dates.original_offset = parse_utc_offset(entry.text());
          break;
        case tag::kOffsetTimeDigitized:
          dates.digitized_offset = parse_utc_offset(entry.text());
          break;
        default:
          break;
      }
    });
  }
  Gps gps;
  if (gps_at != 0) gps = read_gps(tiff, big_endian, gps_at);
  apply(gps, *info);
  apply_dates(dates, gps_time(gps), *info);
  if (!xmp.empty()) read_xmp_block(xmp, info);
}

}  // namespace loci
