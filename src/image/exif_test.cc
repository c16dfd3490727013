// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/exif.h"

#include "loci/base/rng.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Bytes = std::vector<uint8_t>;

PhotoInfo full_info() {
  PhotoInfo info;
  info.orientation = 8;
  info.position = LatLon{-33.856784, 151.215297};
  info.altitude_m = -4.25;
  info.heading_deg = 271.5;
  info.taken = civil_seconds(2015, 6, 21, 12, 34, 56);
  return info;
}

void expect_full(const PhotoInfo& read) {
  EXPECT_EQ(read.orientation, 8);
  ASSERT_TRUE(read.position.has_value());
  EXPECT_NEAR(read.position->lat, -33.856784, 1e-9);
  EXPECT_NEAR(read.position->lon, 151.215297, 1e-9);
  EXPECT_NEAR(read.altitude_m.value(), -4.25, 1e-3);
  EXPECT_NEAR(read.heading_deg.value(), 271.5, 1e-2);
  EXPECT_EQ(read.taken, civil_seconds(2015, 6, 21, 12, 34, 56));
}

/// A big-endian block as some cameras write it, by hand: orientation 3 and DateTime.
Bytes big_endian_block(const std::string& time) {
  Bytes b = {'M',  'M',  0, 42, 0, 0, 0, 8,                // header, directory at 8
             0,    2,                                      // two entries
             0x01, 0x12, 0, 3,  0, 0, 0, 1,  0, 3, 0, 0,   // Orientation = 3
             0x01, 0x32, 0, 2,  0, 0, 0, 20, 0, 0, 0, 38,  // DateTime at 38
             0,    0,    0, 0};
  b.resize(38 + 20);
  std::copy_n(time.begin(), std::min<size_t>(time.size(), 19), b.begin() + 38);
  return b;
}

Bytes png_with(const Bytes& tiff) {
  Bytes png = encode_png(sketch_place(1, 1, 8, 8)).value();
  Bytes chunk;
  for (int shift : {24, 16, 8, 0}) chunk.push_back(static_cast<uint8_t>(tiff.size() >> shift));
  for (char c : {'e', 'X', 'I', 'f'}) chunk.push_back(static_cast<uint8_t>(c));
  chunk.insert(chunk.end(), tiff.begin(), tiff.end());
  chunk.resize(chunk.size() + 4);  // the checksum is not looked at here
  png.insert(png.begin() + 33, chunk.begin(), chunk.end());
  return png;
}

TEST(PhotoInfo, SurvivesWritingAndReading) {
  const PhotoInfo info = full_info();
  expect_full(read_photo_info(encode_jpeg(sketch_place(1, 1, 40, 30), 90, &info).value()));
}

TEST(PhotoInfo, IsFoundInPngWebpAndTiff) {
  const Bytes exif = make_exif(full_info());
  const Bytes tiff(exif.begin() + 6, exif.end());
  expect_full(read_photo_info(tiff));
  expect_full(read_photo_info(png_with(tiff)));
  Bytes webp = {'R',
                'I',
                'F',
                'F',
                0,
                0,
                0,
                0,
                'W',
                'E',
                'B',
                'P',
                'o',
                'd',
                'd',
                ' ',
                1,
                0,
                0,
                0,
                9,
                0,
                'E',
                'X',
                'I',
                'F',
                static_cast<uint8_t>(exif.size() & 255),
                static_cast<uint8_t>(exif.size() >> 8),
                0,
                0};
  webp.insert(webp.end(), exif.begin(), exif.end());
  expect_full(read_photo_info(webp));
}

TEST(PhotoInfo, BigEndianBlockWorkedByHand) {
  const PhotoInfo info = read_photo_info(big_endian_block("2001:02:03 04:05:06"));
  EXPECT_EQ(info.orientation, 3);
  EXPECT_EQ(info.taken, civil_seconds(2001, 2, 3, 4, 5, 6));
  EXPECT_FALSE(info.position.has_value());
}

TEST(PhotoInfo, ImpossibleValuesAreLeftOut) {
  PhotoInfo wrong;
  wrong.position = LatLon{91, 10};
  wrong.orientation = 77;
  const Bytes bytes = encode_jpeg(sketch_place(1, 1, 8, 8), 90, &wrong).value();
  EXPECT_FALSE(read_photo_info(bytes).position.has_value());
  EXPECT_EQ(read_photo_info(bytes).orientation, 1);
  PhotoInfo no_fix;
  no_fix.position = LatLon{0, 0};
  EXPECT_FALSE(
      read_photo_info(encode_jpeg(sketch_place(1, 1, 8, 8), 90, &no_fix).value()).position);
  EXPECT_FALSE(read_photo_info(big_endian_block("0000:00:00 00:00:00")).taken.has_value());
  EXPECT_FALSE(read_photo_info(big_endian_block("    :  :     :  :  ")).taken.has_value());
}

TEST(PhotoInfo, FilesWithoutABlockSayNothing) {
  for (const Bytes& bytes : {Bytes{},
                             Bytes{0xFF, 0xD8},
                             Bytes{'h', 'e', 'l', 'l', 'o'},
                             encode_jpeg(sketch_place(1, 1, 8, 8)).value(),
                             encode_png(sketch_place(1, 1, 8, 8)).value()}) {
    const PhotoInfo info = read_photo_info(bytes);
    EXPECT_EQ(info.orientation, 1);
    EXPECT_FALSE(info.position || info.taken || info.heading_deg || info.altitude_m);
  }
}

TEST(PhotoInfo, AnyDamageIsSurvivedWithSaneValues) {
  const PhotoInfo info = full_info();
  const Bytes whole = encode_jpeg(sketch_place(1, 1, 8, 8), 90, &info).value();
  const size_t exif_size = make_exif(info).size();
  Rng rng(1, "exif damage");
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes = whole;
    for (int i = 0; i < 3; ++i) bytes[20 + rng.below(exif_size)] = static_cast<uint8_t>(rng.next());
    if (round % 3 == 0) bytes.resize(rng.below(bytes.size()));
    const PhotoInfo read = read_photo_info(bytes);
    ASSERT_GE(read.orientation, 1);
    ASSERT_LE(read.orientation, 8);
    ASSERT_TRUE(!read.position || valid(*read.position));
    ASSERT_LT(read.heading_deg.value_or(0), 360);
  }
}

TEST(PhotoInfo, DirectoryThatPointsAtItselfEnds) {
  Bytes block = big_endian_block("2001:02:03 04:05:06");
  block[10] = 0x87, block[11] = 0x69, block[13] = 4, block[18] = 0, block[19] = 0, block[21] = 8;
  EXPECT_TRUE(read_photo_info(block).taken.has_value());
}

}  // namespace
}  // namespace loci
