// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "codecs_test.h"

#include "loci/image/sketch.h"

#include <webp/encode.h>

namespace loci {
namespace {

/// A drawn scene with random alpha.
Bytes make_webp(bool alpha, bool lossless) {
  const Image scene = sketch_place(4, 1, 75, 43);
  const size_t pixels = scene.pixels.size() / 3;
  const Bytes opacity = random_bytes(pixels, 8);
  Bytes rgba(pixels * 4, 255);
  for (size_t i = 0; i < pixels; ++i) {
    std::copy_n(scene.pixels.data() + 3 * i, 3, rgba.data() + 4 * i);
    rgba[4 * i + 3] = opacity[i];
  }
  const uint8_t* rgb = scene.pixels.data();
  uint8_t* out = nullptr;
  size_t size = 0;
  if (lossless) {
    size = alpha ? WebPEncodeLosslessRGBA(rgba.data(), 75, 43, 4 * 75, &out)
                 : WebPEncodeLosslessRGB(rgb, 75, 43, 3 * 75, &out);
  } else {
    size = alpha ? WebPEncodeRGBA(rgba.data(), 75, 43, 4 * 75, 70, &out)
                 : WebPEncodeRGB(rgb, 75, 43, 3 * 75, 70, &out);
  }
  const Bytes bytes(out, out + size);
  WebPFree(out);
  return bytes;
}

TEST(Webp, EveryKindIsReadAsOpenCvReadsIt) {
  for (bool alpha : {false, true}) {
    for (bool lossless : {false, true}) {
      expect_as_opencv(make_webp(alpha, lossless),
                       std::string(alpha ? "alpha" : "opaque") + (lossless ? " lossless" : ""));
    }
  }
}

TEST(Webp, CutShortIsCorrupt) {
  for (bool lossless : {false, true}) {
    const Bytes whole = make_webp(true, lossless);
    for (size_t size : {size_t{29}, whole.size() / 2, whole.size() - 1}) {
      const auto cut = decode_image(std::span(whole).first(size), "cut.webp");
      EXPECT_EQ(cut.status().code(), Code::kCorrupt) << size;
    }
    EXPECT_GT(expect_calm(whole, 200), 60);
  }
  Bytes damaged = make_webp(false, true);
  for (size_t at = 30; at < 60; ++at) damaged[at] = 0xFF;
  expect_refused(damaged, Code::kCorrupt, "its data contradict themselves");
}

TEST(Webp, AnAnimationWithoutAFrameIsRefused) {
  const std::string file(
      "RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x03\0\0\x03\0\0"
      "ANIM\0\0\0\0",
      38);
  expect_refused(Bytes(file.begin(), file.end()), Code::kCorrupt, "first frame");
}

}  // namespace
}  // namespace loci
