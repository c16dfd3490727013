// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "codecs_test.h"

namespace loci {
namespace {

/// A P1 to P6 file of random samples.
Bytes make_pnm(int kind, uint32_t most, int width, int height, const std::string& comment = "") {
  const bool text = kind <= 3, bits = kind == 1 || kind == 4;
  std::string head = "P" + std::to_string(kind) + "\n" + comment + std::to_string(width) + " " +
                     std::to_string(height) + "\n";
  if (!bits) head += comment + std::to_string(most) + "\n";
  Bytes out(head.begin(), head.end());
  const int channels = kind == 3 || kind == 6 ? 3 : 1;
  Rng rng(9, "pnm");
  if (kind == 4) {
    const Bytes rows = random_bytes(static_cast<size_t>((width + 7) / 8 * height), 10);
    out.insert(out.end(), rows.begin(), rows.end());
    return out;
  }
  for (int i = 0; i < width * height * channels; ++i) {
    const auto value = static_cast<uint32_t>(rng.below(uint64_t{most} + 1));
    if (text) {
      const std::string word = std::to_string(value) + (i % 10 == 9 ? "\n" : " ");
      out.insert(out.end(), word.begin(), word.end());
    } else if (most > 255) {
      put16(out, value, true);
    } else {
      out.push_back(static_cast<uint8_t>(value));
    }
  }
  return out;
}

Bytes bytes_of(std::string_view text) { return Bytes(text.begin(), text.end()); }

TEST(Pnm, EveryKindIsReadAsOpenCvReadsIt) {
  for (int kind = 1; kind <= 6; ++kind) {
    const bool bits = kind == 1 || kind == 4;
    for (uint32_t most : {255u, 65535u}) {
      if (bits && most > 255) continue;
      const std::string what = "P" + std::to_string(kind) + " to " + std::to_string(most);
      expect_as_opencv(make_pnm(kind, bits ? 1 : most, 19, 11), what);
      expect_as_opencv(make_pnm(kind, bits ? 1 : most, 1, 1), what);
      expect_as_opencv(make_pnm(kind, bits ? 1 : most, 16, 3, "# by hand 1 2\n"), what);
    }
  }
}

/// OpenCV leaves binary samples as they are, whatever the largest value.
TEST(Pnm, SamplesAreScaledToTheLargestValue) {
  EXPECT_EQ(decode_image(bytes_of("P2 3 1 15 0 7 15"), "x")->pixels,
            Bytes({0, 0, 0, 119, 119, 119, 255, 255, 255}));
  EXPECT_EQ(decode_image(bytes_of("P6 1 1 100\n\x32\x64\x7f"), "x")->pixels,
            Bytes({128, 255, 255}));
  EXPECT_EQ(decode_image(bytes_of(std::string_view("P5 1 1 1023\n\x03\xff", 14)), "x")->at(0, 0)[0],
            255);
}

TEST(Pnm, BitsNeedNoSpacesAndASetOneIsBlack) {
  EXPECT_EQ(decode_image(bytes_of("P1 4 1 01#end\n10"), "x")->pixels,
            Bytes({255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255}));
}

TEST(Pnm, CutShortOrSenselessIsCorrupt) {
  for (int kind = 1; kind <= 6; ++kind) {
    Bytes whole = make_pnm(kind, kind % 3 == 1 ? 1 : 255, 16, 9);
    if (kind <= 3) whole.pop_back();  // the space behind the last number
    whole.pop_back();
    if (kind == 2 || kind == 3) whole.resize(whole.size() - 4);
    expect_refused(whole, Code::kCorrupt, "cannot hold the 16 x 9 pixels");
  }
  expect_refused(bytes_of("P6 15000 15000 255 abc"), Code::kCorrupt, "cannot hold the 15000");
  expect_refused(bytes_of("P5 1 1 0 a"), Code::kCorrupt, "1 to 65535, not 0");
  expect_refused(bytes_of("P5 1 1 70000 aa"), Code::kCorrupt, "not 70000");
  expect_refused(bytes_of("P5 1 1"), Code::kCorrupt, "1 to 65535");
  expect_refused(bytes_of("P2 2 1 255 12 -4 "), Code::kCorrupt, "cannot hold");
  for (int kind : {2, 4, 6}) EXPECT_GT(expect_calm(make_pnm(kind, 255, 16, 9), 200), 20);
}

}  // namespace
}  // namespace loci
