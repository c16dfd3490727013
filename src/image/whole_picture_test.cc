// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Pictures that are whole, though their files lack an end or hold more than they should.
#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <zlib.h>

#include <gtest/gtest.h>
#include <webp/encode.h>

namespace loci {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(WholePicture, AJpegWithoutEndMarkerIsWholeAndACutOneIsNot) {
  const Bytes whole = encode_jpeg(sketch_place(2, 1, 160, 120), 90).value();
  const Image expected = decode_image(whole, "a.jpg").value();
  Bytes no_end(whole.begin(), whole.end() - 2);
  EXPECT_EQ(decode_image(no_end, "a.jpg").value().pixels, expected.pixels);
  no_end.resize(no_end.size() * 9 / 10);
  EXPECT_EQ(decode_image(no_end, "a.jpg").status().code(), Code::kCorrupt);
}

TEST(WholePicture, StrayBytesBetweenTheSegmentsOfAJpegArePassedOver) {
  Bytes file = encode_jpeg(sketch_place(2, 1, 160, 120), 90).value();
  const Image expected = decode_image(file, "a.jpg").value();
  const size_t behind_jfif = 4 + (size_t{file[4]} << 8 | file[5]);
  file.insert(file.begin() + static_cast<ptrdiff_t>(behind_jfif), {0, 0x12, 0x34});
  EXPECT_EQ(decode_image(file, "a.jpg").value().pixels, expected.pixels);
}

TEST(WholePicture, APngWithoutItsClosingChunkIsWholeAndACutOneIsNot) {
  const Image scene = sketch_place(2, 1, 80, 60);
  const Bytes whole = encode_png(scene).value();
  Bytes no_end(whole.begin(), whole.end() - 12);
  EXPECT_EQ(decode_image(no_end, "a.png").value().pixels, scene.pixels);
  no_end.resize(no_end.size() - 5);
  EXPECT_EQ(decode_image(no_end, "a.png").status().code(), Code::kCorrupt);
}

void big_endian(Bytes& out, uint64_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(value >> shift));
}

void chunk(Bytes& out, const std::string& type, const Bytes& payload) {
  big_endian(out, payload.size());
  const size_t from = out.size();
  out.insert(out.end(), type.begin(), type.end());
  out.insert(out.end(), payload.begin(), payload.end());
  big_endian(out, crc32_z(0, out.data() + from, out.size() - from));
}

/// Grey of 16 bits, a ramp from 0 to `most`.
Bytes deep_png(int width, int height, int most) {
  Bytes rows, out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}, head;
  for (int y = 0; y < height; ++y) {
    rows.push_back(0);
    for (int x = 0; x < width; ++x) {
      const int value = most * (y * width + x) / (width * height - 1);
      rows.push_back(static_cast<uint8_t>(value >> 8));
      rows.push_back(static_cast<uint8_t>(value));
    }
  }
  uLongf size = compressBound(rows.size());
  Bytes packed(size);
  compress(packed.data(), &size, rows.data(), rows.size());
  packed.resize(size);
  big_endian(head, static_cast<uint64_t>(width));
  big_endian(head, static_cast<uint64_t>(height));
  head.insert(head.end(), {16, 0, 0, 0, 0});
  chunk(out, "IHDR", head);
  chunk(out, "IDAT", packed);
  chunk(out, "IEND", {});
  return out;
}

TEST(DeepPng, TwelveBitsFillTheRangeAndSixteenAreDivided) {
  for (const int most : {1023, 4095, 16383, 65535}) {
    const Image image = decode_image(deep_png(40, 30, most), "a.png").value();
    EXPECT_EQ(image.at(0, 0)[0], 0) << most;
    EXPECT_EQ(image.at(39, 29)[1], 255) << most;
    EXPECT_NEAR(image.at(0, 15)[2], 128, 4) << most;
  }
}

void little_endian(Bytes& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

TEST(AnimatedWebp, ItsFirstFrameIsRead) {
  const Image scene = sketch_place(3, 1, 64, 48);
  uint8_t* encoded = nullptr;
  const size_t size = WebPEncodeLosslessRGB(scene.pixels.data(), 64, 48, 64 * 3, &encoded);
  ASSERT_GT(size, 12u);
  const Bytes still(encoded + 12, encoded + size);  // the chunk VP8L
  WebPFree(encoded);
  Bytes body{'W', 'E', 'B', 'P', 'V', 'P', '8', 'X', 10, 0, 0, 0, 2, 0, 0, 0};
  little_endian(body, 64 - 1, 3);
  little_endian(body, 48 - 1, 3);
  body.insert(body.end(), {'A', 'N', 'I', 'M', 6, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  body.insert(body.end(), {'A', 'N', 'M', 'F'});
  little_endian(body, 16 + still.size(), 4);
  little_endian(body, 0, 6);
  little_endian(body, 64 - 1, 3);
  little_endian(body, 48 - 1, 3);
  little_endian(body, 100, 4);
  body.insert(body.end(), still.begin(), still.end());
  Bytes file{'R', 'I', 'F', 'F'};
  little_endian(file, body.size(), 4);
  file.insert(file.end(), body.begin(), body.end());
  EXPECT_EQ(decode_image(file, "a.webp").value().pixels, scene.pixels);
  for (size_t cut = 40; cut < file.size(); cut += 50) {
    Bytes damaged = file;
    damaged[cut] ^= 0xFF;
    (void)decode_image(damaged, "a.webp");
  }
}

}  // namespace
}  // namespace loci
