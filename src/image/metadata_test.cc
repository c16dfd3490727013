// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/image/encode.h"
#include "loci/image/exif.h"

#include <cstring>
#include <string>
#include <zlib.h>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Bytes = std::vector<uint8_t>;

struct Value {
  uint16_t tag, type;
  uint32_t count;
  std::string bytes;
};

std::string u32(uint32_t v) { return {reinterpret_cast<const char*>(&v), 4}; }
std::string u16(uint16_t v) { return {reinterpret_cast<const char*>(&v), 2}; }
std::string real64(double v) { return {reinterpret_cast<const char*>(&v), 8}; }

/// A little-endian TIFF block: the first directory with pointers to the others, where these hold something.
std::string tiff_block(const std::vector<Value>& exif, const std::vector<Value>& gps) {
  std::string data("II*\0\x08\0\0\0", 8);
  std::vector<Value> first;
  const size_t directories = (exif.empty() ? 0 : 1) + (gps.empty() ? 0 : 1);
  size_t next = 8 + 2 + 12 * directories + 4;
  std::string rest;
  const auto directory = [&](const std::vector<Value>& values) {
    std::string table = u16(static_cast<uint16_t>(values.size())), far;
    const size_t far_at = next + 2 + 12 * values.size() + 4;
    for (const Value& value : values) {
      table += u16(value.tag) + u16(value.type) + u32(value.count);
      std::string bytes = value.bytes;
      if (bytes.size() <= 4) {
        bytes.resize(4);
        table += bytes;
      } else {
        table += u32(static_cast<uint32_t>(far_at + far.size()));
        far += bytes;
      }
    }
    rest += table + u32(0) + far;
    const size_t at = next;
    next = far_at + far.size();
    return at;
  };
  std::string table = u16(static_cast<uint16_t>(directories));
  if (!exif.empty())
    table += u16(0x8769) + u16(4) + u32(1) + u32(static_cast<uint32_t>(directory(exif)));
  if (!gps.empty())
    table += u16(0x8825) + u16(4) + u32(1) + u32(static_cast<uint32_t>(directory(gps)));
  return data + table + u32(0) + rest;
}

Value text(uint16_t tag, const std::string& words) {
  return {tag, 2, static_cast<uint32_t>(words.size() + 1), words + std::string(1, '\0')};
}

PhotoInfo info_of(const std::string& bytes) {
  return read_photo_info({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

std::vector<Value> sydney(const std::string& lat_ref,
                          const std::string& lon_ref,
                          const Value& lat,
                          const Value& lon) {
  return {text(1, lat_ref), lat, text(3, lon_ref), lon};
}
const Value kLat{2, 5, 3, u32(33) + u32(1) + u32(51) + u32(1) + u32(2448) + u32(100)};
const Value kLon{4, 5, 3, u32(151) + u32(1) + u32(12) + u32(1) + u32(5508) + u32(100)};

TEST(Gps, AnglesOfEveryTypeAreRead) {
  const std::vector<std::pair<Value, Value>> pairs = {
      {kLat, kLon},
      {{2, 10, 1, u32(338568) + u32(10000)}, {4, 10, 1, u32(1512153) + u32(10000)}},  // SRATIONAL
      {{2, 10, 1, u32(static_cast<uint32_t>(-338568)) + u32(10000)},
       {4, 10, 1, u32(1512153) + u32(10000)}},
      {{2, 12, 3, real64(33) + real64(51) + real64(24.48)},
       {4, 12, 1, real64(151.2153)}},  // DOUBLE
      {{2, 12, 1, real64(33.8568)},
       {4,
        11,
        1,
        [] {
          const float v = 151.2153f;
          return std::string(reinterpret_cast<const char*>(&v), 4);
        }()}},
      {text(2, "33 51 24.48"), text(4, "151.2153")},
      {text(2, "33.8568"), text(4, "151,12.918")},
      {{2, 5, 3, u32(33) + u32(1) + u32(51408) + u32(1000) + u32(0) + u32(0)},
       kLon},  // 0/0 seconds
  };
  for (size_t i = 0; i < pairs.size(); ++i) {
    const PhotoInfo info =
        info_of(tiff_block({}, sydney("S", "E", pairs[i].first, pairs[i].second)));
    ASSERT_TRUE(info.position.has_value()) << i;
    EXPECT_NEAR(info.position->lat, -33.8568, 1e-5) << i;
    EXPECT_NEAR(info.position->lon, 151.2153, 1e-5) << i;
  }
}

TEST(Gps, ReferencesOfEveryFormAreUnderstoodAndNoneIsGuessed) {
  for (const char* ref : {"S", "s", "South", " S", "S\n"}) {
    const auto position = info_of(tiff_block({}, sydney(ref, "East", kLat, kLon))).position;
    ASSERT_TRUE(position.has_value()) << ref;
    EXPECT_LT(position->lat, -33) << ref;
  }
  for (const uint16_t type : {uint16_t{1}, uint16_t{7}}) {  // letters declared as bytes
    const Value south{1, type, 2, std::string("S\0", 2)}, east{3, type, 2, std::string("E\0", 2)};
    EXPECT_LT(info_of(tiff_block({}, {south, kLat, east, kLon})).position.value().lat, -33);
  }
  for (const char* ref : {"", " ", "?", "X"})
    EXPECT_FALSE(info_of(tiff_block({}, sydney(ref, "E", kLat, kLon))).position) << ref;
  EXPECT_FALSE(info_of(tiff_block({}, {kLat, kLon})).position);
  // A sign says it, too.
  const Value minus{2, 10, 1, u32(static_cast<uint32_t>(-338568)) + u32(10000)};
  EXPECT_LT(info_of(tiff_block({}, {minus, text(3, "E"), kLon})).position.value().lat, -33);
}

TEST(Gps, WithoutAFixThereIsNoPosition) {
  auto values = sydney("S", "E", kLat, kLon);
  values.push_back(text(9, "V"));
  EXPECT_FALSE(info_of(tiff_block({}, values)).position);
  values.back() = text(9, "A");
  EXPECT_TRUE(info_of(tiff_block({}, values)).position);
}

TEST(Dates, DigitizedOffsetsAndTheTimeOfGps) {
  EXPECT_EQ(info_of(tiff_block({text(0x9004, "2021:06:01 09:05:03")}, {})).taken,
            civil_seconds(2021, 6, 1, 9, 5, 3));
  const PhotoInfo zoned =
      info_of(tiff_block({text(0x9003, "2021:06:01 09:05:03"), text(0x9011, "+02:00")}, {}));
  EXPECT_EQ(zoned.taken, civil_seconds(2021, 6, 1, 7, 5, 3));
  EXPECT_EQ(zoned.utc_offset_s, 7200);
  const Value clock{7, 5, 3, u32(7) + u32(1) + u32(5) + u32(1) + u32(1) + u32(1)};
  const std::vector<Value> gps = {clock, text(29, "2021:06:01")};
  EXPECT_EQ(info_of(tiff_block({text(0x9003, "2021:06:01 09:05:03")}, gps)).utc_offset_s, 7200);
  EXPECT_EQ(info_of(tiff_block({}, gps)).taken, civil_seconds(2021, 6, 1, 7, 5, 1));
  // A clock that is off by no whole quarter says nothing.
  EXPECT_FALSE(info_of(tiff_block({text(0x9003, "2021:06:01 09:12:03")}, gps)).utc_offset_s);
  EXPECT_EQ(info_of(tiff_block({text(0x9003, "2021: 6: 1  9: 5: 3")}, {})).taken,
            civil_seconds(2021, 6, 1, 9, 5, 3));
  EXPECT_EQ(info_of(tiff_block({text(0x9003, "2021:06:01 01:00:00 PM")}, {})).taken,
            civil_seconds(2021, 6, 1, 13));
}

std::string segment(const std::string& payload) {
  const size_t length = payload.size() + 2;
  return std::string("\xFF\xE1") + static_cast<char>(length >> 8) + static_cast<char>(length) +
         payload;
}

TEST(PhotoInfo, ExifBehindMuchElseIsFoundInTheBytesAndInTheFile) {
  const Bytes plain = encode_jpeg(Image(8, 8), 90).value();
  const std::string jpeg(plain.begin(), plain.end());
  const std::string exif =
      std::string("Exif\0\0", 6) + tiff_block({}, sydney("S", "E", kLat, kLon));
  std::string file = jpeg.substr(0, 2);
  for (int i = 0; i < 5; ++i)
    file += segment("http://ns.adobe.com/xmp/extension/" + std::string(60000, 'x'));
  file +=
      segment(std::string("Exif\0\0", 6) + tiff_block({text(0x9003, "2021:06:01 09:05:03")}, {})) +
      segment(exif) + jpeg.substr(2);
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "late.jpg", std::string_view(file)).ok());
  for (const PhotoInfo& info : {info_of(file), read_photo_info(folder / "late.jpg")}) {
    EXPECT_TRUE(info.position.has_value());
    EXPECT_TRUE(info.taken.has_value());  // of the first of the two blocks
  }
}

std::string xmp(const std::string& properties) {
  return "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF><rdf:Description rdf:about=\"\" " +
         properties + "</rdf:RDF></x:xmpmeta>";
}

TEST(Xmp, PositionsHeadingsAndDatesAsAttributesAndElements) {
  const auto read = [](const std::string& xml) {
    PhotoInfo info;
    read_xmp({reinterpret_cast<const uint8_t*>(xml.data()), xml.size()}, &info);
    return info;
  };
  const PhotoInfo digikam =
      read(xmp("exif:GPSLatitude=\"33,51.408S\" exif:GPSLongitude='151,12,55.08E' "
               "GPano:PoseHeadingDegrees=\"90.0\"/>"));
  ASSERT_TRUE(digikam.position.has_value());
  EXPECT_NEAR(digikam.position->lat, -33.8568, 1e-6);
  EXPECT_NEAR(digikam.position->lon, 151.2153, 1e-6);
  EXPECT_EQ(digikam.heading_deg, 90);
  const PhotoInfo apple = read(xmp(
      "><exif:GPSLatitude>33.8568</exif:GPSLatitude><exif:GPSLatitudeRef>S</exif:GPSLatitudeRef>"
      "<exif:GPSLongitude>151.2153</exif:GPSLongitude><exif:GPSLongitudeRef>E</"
      "exif:GPSLongitudeRef>"
      "<photoshop:DateCreated>2021-06-01T09:05:03+02:00</photoshop:DateCreated></"
      "rdf:Description>"));
  ASSERT_TRUE(apple.position.has_value());
  EXPECT_NEAR(apple.position->lat, -33.8568, 1e-9);
  EXPECT_EQ(apple.taken, civil_seconds(2021, 6, 1, 7, 5, 3));
  for (const char* nothing : {"xmp:Rating=\"5\"/>",
                              "exif:GPSLatitude=\"0,0.0N\" exif:GPSLongitude=\"0,0.0E\"/>",
                              "exif:GPSLatitude=\"33,51.4",
                              "exif:GPSLatitudeRef=\"S\" exif:GPSLongitude=\"1,2E\"/>"})
    EXPECT_FALSE(read(xmp(nothing)).position) << nothing;
}

std::string png_chunk(const std::string& type, const std::string& content) {
  const auto size = static_cast<uint32_t>(content.size());
  const auto crc = static_cast<uint32_t>(crc32(
      0, reinterpret_cast<const Bytef*>((type + content).data()), static_cast<uInt>(size + 4)));
  const auto big = [](uint32_t v) {
    return std::string{static_cast<char>(v >> 24),
                       static_cast<char>(v >> 16),
                       static_cast<char>(v >> 8),
                       static_cast<char>(v)};
  };
  return big(size) + type + content + big(crc);
}

std::string png_with_chunk(const std::string& chunk) {
  const Bytes plain = encode_png(Image(8, 8)).value();
  std::string png(plain.begin(), plain.end());
  return png.insert(33, chunk);
}

TEST(PhotoInfo, PngsRawProfilesAndXmpAreRead) {
  const std::string block =
      std::string("Exif\0\0", 6) + tiff_block({}, sydney("S", "E", kLat, kLon));
  std::string profile = "\nexif\n" + std::to_string(block.size()) + "\n";
  for (size_t i = 0; i < block.size(); ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(block[i]));
    profile += digits;
    if (i % 36 == 35) profile += '\n';
  }
  std::string packed(compressBound(profile.size()), '\0');
  uLongf size = packed.size();
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(packed.data()),
                     &size,
                     reinterpret_cast<const Bytef*>(profile.data()),
                     profile.size()),
            Z_OK);
  packed.resize(size);
  const std::string key = std::string("Raw profile type exif") + '\0';
  for (const std::string& chunk :
       {png_chunk("zTXt", key + '\0' + packed),
        png_chunk("tEXt", key + profile),
        png_chunk(
            "iTXt",
            std::string("XML:com.adobe.xmp\0\0\0\0\0", 22) +
                xmp("exif:GPSLatitude=\"33,51.408S\" exif:GPSLongitude=\"151,12.918E\"/>"))}) {
    const auto position = info_of(png_with_chunk(chunk)).position;
    ASSERT_TRUE(position.has_value());
    EXPECT_NEAR(position->lat, -33.8568, 1e-5);
  }
  // A damaged one says nothing.
  EXPECT_FALSE(
      info_of(png_with_chunk(png_chunk("zTXt", key + '\0' + packed.substr(0, packed.size() / 2))))
          .position);
}

}  // namespace
}  // namespace loci
