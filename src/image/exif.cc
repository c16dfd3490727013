// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/exif.h"

#include "bytes.h"
#include "exif_tags.h"

#include <cmath>
#include <string>
#include <string_view>

// EXIF 2.3 (JEITA CP-3451C) is a TIFF 6.0 block: directories of 12-byte entries (tag, type, count,
// value or offset of the value). Read here rather than by a library so that every offset is
// checked, whole TIFF files work, and nothing is ever printed.
namespace loci {
namespace {

using internal::ByteReader;
using internal::has_text;
using Bytes = std::span<const uint8_t>;
namespace tag = internal::exif_tag;

constexpr std::string_view kExifMark("Exif\0\0", 6);

bool is_tiff(Bytes b) {
  return has_text(b, 0, std::string_view("II*\0", 4)) ||
         has_text(b, 0, std::string_view("MM\0*", 4));
}

Bytes without_mark(Bytes block) { return has_text(block, 0, kExifMark) ? block.subspan(6) : block; }

Bytes find_in_webp(Bytes file) {
  ByteReader in(file, false);
  uint64_t at = 12;
  while (in.has(at, 8)) {
    const uint64_t length = in.u32(at + 4);
    if (has_text(file, at, "EXIF")) return in.part(at + 8, length);
    at += 8 + length + (length & 1);
  }
  return {};
}

/// The TIFF block of an image file, empty where there is none.
Bytes find_tiff_block(Bytes file) {
  Bytes found;
  if (file.size() >= 2 && file[0] == 0xFF && file[1] == 0xD8) {
    internal::walk_jpeg(file, [&](uint8_t marker, Bytes payload) {
      if (marker == 0xE1 && has_text(payload, 0, kExifMark)) found = payload;
      return found.empty();
    });
  } else if (has_text(file, 0, "\x89PNG")) {
    internal::walk_png(file, [&](std::string_view type, Bytes payload, uint32_t) {
      if (type == "eXIf") found = payload;
      return found.empty();
    });
  } else if (has_text(file, 0, "RIFF") && has_text(file, 8, "WEBP")) {
    found = find_in_webp(file);
  } else if (is_tiff(file)) {
    found = file;
  }
  found = without_mark(found);
  return is_tiff(found) ? found : Bytes();
}

/// One directory entry; values are read through it and are absent when out of bounds.
class Entry {
 public:
  Entry(Bytes tiff, bool big_endian, uint64_t at) : in_(tiff, big_endian), tiff_(tiff) {
    tag_ = in_.u16(at);
    type_ = in_.u16(at + 2);
    count_ = in_.u32(at + 4);
    const uint64_t bytes = uint64_t{count_} * element_size();
    value_at_ = bytes <= 4 ? at + 8 : in_.u32(at + 8);
    usable_ = in_.ok() && element_size() != 0 && in_.has(value_at_, bytes);
  }
  uint32_t tag() const { return tag_; }

  std::optional<uint32_t> integer() {
    if (!usable_ || count_ < 1) return std::nullopt;
    if (type_ == 1) return in_.u8(value_at_);
    if (type_ == 3) return in_.u16(value_at_);
    if (type_ == 4) return in_.u32(value_at_);
    return std::nullopt;
  }
  /// The i-th unsigned rational.
  std::optional<double> rational(uint32_t i) {
    if (!usable_ || type_ != 5 || i >= count_) return std::nullopt;
    const double above = in_.u32(value_at_ + 8 * uint64_t{i});
    const double below = in_.u32(value_at_ + 8 * uint64_t{i} + 4);
    if (below == 0) return std::nullopt;
    return above / below;
  }
  std::string text() const {
    if (!usable_ || type_ != 2) return {};
    const Bytes raw = tiff_.subspan(value_at_, count_);
    std::string out(raw.begin(), raw.end());
    return out.substr(0, out.find('\0'));
  }

 private:
  uint32_t element_size() const {
    switch (type_) {
      case 1:
      case 2:
      case 6:
      case 7:
        return 1;
      case 3:
      case 8:
        return 2;
      case 4:
      case 9:
      case 11:
        return 4;
      case 5:
      case 10:
      case 12:
        return 8;
      default:
        return 0;
    }
  }
  ByteReader in_;
  Bytes tiff_;
  uint32_t tag_ = 0, type_ = 0, count_ = 0;
  uint64_t value_at_ = 0;
  bool usable_ = false;
};

template <class Visit>
void walk_directory(Bytes tiff, bool big_endian, uint64_t at, Visit visit) {
  ByteReader in(tiff, big_endian);
  const uint32_t count = in.u16(at);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t entry = at + 2 + 12 * uint64_t{i};
    if (!in.has(entry, 12)) return;
    visit(Entry(tiff, big_endian, entry));
  }
}

struct Gps {
  std::string lat_ref, lon_ref;
  std::optional<double> lat, lon, altitude, direction;
  uint32_t altitude_ref = 0;
};

/// Degrees, minutes and seconds; cameras leave out trailing ones or write 0/0 for them.
std::optional<double> angle(Entry& entry) {
  const std::optional<double> degrees = entry.rational(0);
  if (!degrees) return std::nullopt;
  return *degrees + entry.rational(1).value_or(0) / 60 + entry.rational(2).value_or(0) / 3600;
}

void apply(const Gps& gps, PhotoInfo& info) {
  if (gps.lat && gps.lon) {
    const bool south = gps.lat_ref == "S" || gps.lat_ref == "s";
    const bool west = gps.lon_ref == "W" || gps.lon_ref == "w";
    const LatLon point{south ? -*gps.lat : *gps.lat, west ? -*gps.lon : *gps.lon};
    // Cameras without a fix write 0, 0 with empty references.
    const bool no_fix = point.lat == 0 && point.lon == 0;
    if (valid(point) && !no_fix) info.position = point;
  }
  if (gps.altitude && *gps.altitude < 20000) {
    info.altitude_m = gps.altitude_ref == 1 ? -*gps.altitude : *gps.altitude;
  }
  if (gps.direction && *gps.direction <= 360) info.heading_deg = std::fmod(*gps.direction, 360.0);
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
        gps.altitude = entry.rational(0);
        break;
      case tag::kImgDirection:
        gps.direction = entry.rational(0);
        break;
      default:
        break;
    }
  });
  return gps;
}

/// "2015:06:21 12:00:00"; cameras with an unset clock write zeros or blanks.
std::optional<int64_t> exif_time(const std::string& text) {
  if (text.size() < 19 || text.substr(0, 4) == "0000") return std::nullopt;
  return parse_time(text.substr(0, 19));
}

}  // namespace

PhotoInfo read_photo_info(std::span<const uint8_t> file_bytes) {
  PhotoInfo info;
  const Bytes tiff = find_tiff_block(file_bytes);
  if (tiff.size() < 14) return info;
  const bool big_endian = tiff[0] == 'M';
  ByteReader in(tiff, big_endian);
  uint64_t exif_at = 0, gps_at = 0;  // 0 is the block's own header: none
  std::optional<int64_t> changed;
  walk_directory(tiff, big_endian, in.u32(4), [&](Entry entry) {
    if (entry.tag() == tag::kOrientation) {
      const uint32_t value = entry.integer().value_or(1);
      if (value >= 1 && value <= 8) info.orientation = static_cast<int>(value);
    } else if (entry.tag() == tag::kDateTime) {
      changed = exif_time(entry.text());
    } else if (entry.tag() == tag::kExifDirectory) {
      exif_at = entry.integer().value_or(0);
    } else if (entry.tag() == tag::kGpsDirectory) {
      gps_at = entry.integer().value_or(0);
    }
  });
  if (exif_at != 0) {
    walk_directory(tiff, big_endian, exif_at, [&](Entry entry) {
      if (entry.tag() == tag::kDateTimeOriginal) info.taken = exif_time(entry.text());
    });
  }
  if (!info.taken) info.taken = changed;
  if (gps_at != 0) apply(read_gps(tiff, big_endian, gps_at), info);
  return info;
}

}  // namespace loci
