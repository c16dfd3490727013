// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "raw_preview.h"

#include "loci/base/file.h"
#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/file_kind.h"
#include "loci/image/sketch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using Bytes = std::vector<uint8_t>;

void u16(Bytes& out, uint32_t value) {
  out.push_back(static_cast<uint8_t>(value));
  out.push_back(static_cast<uint8_t>(value >> 8));
}
void u32(Bytes& out, uint32_t value) {
  u16(out, value & 0xFFFF);
  u16(out, value >> 16);
}
void add(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

/// A TIFF block of 160 x 120 pixels with an orientation and, of a DNG, its version; behind it a thumbnail, the sensor's data and
/// the picture for display.
Bytes raw_file(const std::string& head, bool dng, int orientation) {
  Bytes out(head.begin(), head.end());
  u32(out, 8);
  u16(out, dng ? 4 : 3);
  const auto entry = [&](uint32_t tag, uint32_t type, uint32_t value) {
    u16(out, tag);
    u16(out, type);
    u32(out, 1);
    u32(out, value);
  };
  entry(256, 4, 160);
  entry(257, 4, 120);
  entry(0x0112, 3, static_cast<uint32_t>(orientation));
  if (dng) entry(0xC612, 1, 1);
  u32(out, 0);
  add(out, encode_jpeg(sketch_place(1, 1, 40, 30), 90).value());
  add(out, Bytes(5000, 0xA5));
  add(out, {0xFF, 0xD8, 0xFF, 0xC3, 0, 17, 8, 0x10, 0, 0x10, 0});  // lossless: of the sensor
  add(out, Bytes(3000, 0x5A));
  add(out, encode_jpeg(sketch_place(1, 1, 320, 240), 95).value());
  add(out, Bytes(100, 0));
  return out;
}

const std::string kTiff("II*\0", 4);

TEST(RawPhoto, ItsLargestPictureForDisplayIsReadAndTurned) {
  const Image plain =
      decode_image(encode_jpeg(sketch_place(1, 1, 320, 240), 95).value(), "a").value();
  const Image image = decode_image(raw_file(kTiff, true, 1), "upload").value();
  EXPECT_EQ(image.width, 320);
  EXPECT_EQ(image.pixels, plain.pixels);
  const Image turned = decode_image(raw_file(kTiff, true, 6), "upload").value();
  EXPECT_EQ(turned.width, 240);
  EXPECT_EQ(turned.height, 320);
  const ImageInfo info = probe_image(raw_file(kTiff, true, 6), "a.dng").value();
  EXPECT_EQ(info.width, 240);
  EXPECT_EQ(info.format, "raw");
}

TEST(RawPhoto, TheEndingSaysItOfTiffBlocksAndTheHeadOfOthers) {
  for (const char* name : {"a.NEF", "b.arw", "DCIM/c.dng", "d.cr2", "e.pef"})
    EXPECT_EQ(decode_image(raw_file(kTiff, false, 1), name).value().width, 320) << name;
  for (const std::string& head :
       {std::string("IIU\0", 4), std::string("IIRO"), std::string("FUJIFILMCCD-RAW 0201")})
    EXPECT_EQ(decode_image(raw_file(head, false, 1), "upload").value().width, 320) << head;
  const std::string cr3(
      "\0\0\0\x18"
      "ftypcrx \0\0\0\1crx isom",
      24);
  EXPECT_EQ(decode_image(raw_file(cr3, false, 1), "upload").value().width, 320);
  EXPECT_EQ(file_kind(raw_file(kTiff, false, 1), "a.nef").kind, MediaKind::kPhoto);
}

TEST(RawPhoto, WithoutAPictureForDisplayItIsRefused) {
  Bytes file = raw_file(kTiff, true, 1);
  file.resize(64);
  file.resize(2000, 0x33);
  const Status status = decode_image(file, "a.dng").status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_THAT(status.message(), testing::HasSubstr("convert it to JPEG"));
}

}  // namespace
}  // namespace loci
