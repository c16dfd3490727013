// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "exif_write.h"

#include "exif_tags.h"

#include "loci/image/exif.h"

#include <cmath>
#include <string>
#include <string_view>

namespace loci {
namespace {

namespace tag = internal::exif_tag;

void put(std::vector<uint8_t>& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

/// One directory in the making (little-endian): entries in order of their tags, and behind them the
/// values that do not fit into an entry.
class Directory {
 public:
  void bytes(uint16_t name, uint16_t type, std::string_view content) {
    add(name, type, static_cast<uint32_t>(content.size()), {content.begin(), content.end()});
  }
  void text(uint16_t name, const std::string& content) {
    bytes(name, 2, std::string_view(content.c_str(), content.size() + 1));
  }
  void integer(uint16_t name, uint16_t type, uint32_t value) {
    std::vector<uint8_t> content;
    put(content, value, type == 3 ? 2 : 4);
    add(name, type, 1, content);
  }
  void rationals(uint16_t name, std::initializer_list<std::pair<double, uint32_t>> values) {
    std::vector<uint8_t> content;
    for (const auto& [value, denominator] : values) {
      put(content, static_cast<uint32_t>(std::llround(value * denominator)), 4);
      put(content, denominator, 4);
    }
    add(name, 5, static_cast<uint32_t>(values.size()), content);
  }
  bool empty() const { return entries_.empty(); }
  uint32_t size() const {
    uint32_t total = 2 + 4;
    for (const Item& e : entries_) {
      total += 12 + (e.content.size() > 4 ? static_cast<uint32_t>(e.content.size()) : 0);
    }
    return total;
  }
  /// Appends the directory, which will lie at `at` of the TIFF block.
  void write(std::vector<uint8_t>& out, uint32_t at) const {
    uint32_t value_at = at + 6 + 12 * static_cast<uint32_t>(entries_.size());
    std::vector<uint8_t> values;
    put(out, static_cast<uint32_t>(entries_.size()), 2);
    for (const Item& e : entries_) {
      put(out, e.name, 2);
      put(out, e.type, 2);
      put(out, e.count, 4);
      if (e.content.size() > 4) {
        put(out, value_at + static_cast<uint32_t>(values.size()), 4);
        values.insert(values.end(), e.content.begin(), e.content.end());
      } else {
        std::vector<uint8_t> padded = e.content;
        padded.resize(4);
        out.insert(out.end(), padded.begin(), padded.end());
      }
    }
    put(out, 0, 4);  // no further directory
    out.insert(out.end(), values.begin(), values.end());
  }

 private:
  struct Item {
    uint16_t name, type;
    uint32_t count;
    std::vector<uint8_t> content;
  };
  void add(uint16_t name, uint16_t type, uint32_t count, std::vector<uint8_t> content) {
    entries_.push_back({name, type, count, std::move(content)});
  }
  std::vector<Item> entries_;
};

void add_angle(Directory& gps, uint16_t name, double degrees) {
  constexpr uint32_t kSecondParts = 1'000'000;  // 0.03 mm on the ground
  const double whole = std::floor(degrees), minutes = std::floor((degrees - whole) * 60);
  const double seconds = std::max(0.0, (degrees - whole) * 3600 - minutes * 60);
  gps.rationals(name, {{whole, 1}, {minutes, 1}, {seconds, kSecondParts}});
}

Directory gps_directory(const PhotoInfo& photo) {
  Directory gps;
  if (!photo.position && !photo.altitude_m && !photo.heading_deg) return gps;
  gps.bytes(tag::kGpsVersion, 1, std::string_view("\2\3\0\0", 4));
  if (photo.position) {
    gps.text(tag::kLatitudeRef, photo.position->lat < 0 ? "S" : "N");
    add_angle(gps, tag::kLatitude, std::abs(photo.position->lat));
    gps.text(tag::kLongitudeRef, photo.position->lon < 0 ? "W" : "E");
    add_angle(gps, tag::kLongitude, std::abs(photo.position->lon));
  }
  if (photo.altitude_m) {
    gps.bytes(tag::kAltitudeRef,
              1,
              *photo.altitude_m < 0 ? std::string_view("\1", 1) : std::string_view("\0", 1));
    gps.rationals(tag::kAltitude, {{std::abs(*photo.altitude_m), 1000}});
  }
  if (photo.heading_deg) {
    const double turn = std::fmod(std::fmod(*photo.heading_deg, 360.0) + 360.0, 360.0);
    gps.text(tag::kImgDirectionRef, "T");  // from true north
    gps.rationals(tag::kImgDirection, {{turn, 100}});
  }
  return gps;
}

}  // namespace

std::vector<uint8_t> make_exif(const PhotoInfo& photo) {
  return internal::make_exif(photo, std::nullopt);
}

std::vector<uint8_t> internal::make_exif(const PhotoInfo& photo, std::optional<double> focal_35mm) {
  Directory first, exif;
  const Directory gps = gps_directory(photo);
  exif.bytes(tag::kExifVersion, 7, "0230");
  if (photo.taken) {
    std::string time = iso_time(*photo.taken);  // "2015-06-21T12:00:00" to "2015:06:21 12:00:00"
    time.resize(19, ' ');
    time[4] = time[7] = ':';
    time[10] = ' ';
    exif.text(tag::kDateTimeOriginal, time);
  }
  if (focal_35mm && *focal_35mm >= 1 && *focal_35mm < 65535)
    exif.integer(tag::kFocalLengthIn35mmFilm, 3, static_cast<uint32_t>(std::lround(*focal_35mm)));
  constexpr uint32_t kFirstAt = 8;
  const bool turned = photo.orientation >= 1 && photo.orientation <= 8;
  first.integer(tag::kOrientation, 3, turned ? static_cast<uint32_t>(photo.orientation) : 1);
  const uint32_t pointers = gps.empty() ? 1 : 2;
  const uint32_t exif_at = kFirstAt + first.size() + 12 * pointers;
  const uint32_t gps_at = exif_at + exif.size();
  first.integer(tag::kExifDirectory, 4, exif_at);
  if (!gps.empty()) first.integer(tag::kGpsDirectory, 4, gps_at);

  std::vector<uint8_t> tiff = {'I', 'I', 42, 0};
  put(tiff, kFirstAt, 4);
  first.write(tiff, kFirstAt);
  exif.write(tiff, exif_at);
  if (!gps.empty()) gps.write(tiff, gps_at);
  std::vector<uint8_t> out = {'E', 'x', 'i', 'f', 0, 0};
  out.insert(out.end(), tiff.begin(), tiff.end());
  return out;
}

}  // namespace loci
