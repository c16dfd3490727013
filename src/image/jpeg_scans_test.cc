// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "jpeg_scans.h"

#include "codecs_test.h"

#include "loci/base/progress.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <algorithm>

namespace loci {
namespace {

Bytes progressive(int width, int height) {
  const Image scene = sketch_place(3, 1, width, height);
  const cv::Mat pixels(height, width, CV_8UC3, const_cast<uint8_t*>(scene.pixels.data()));
  Bytes bytes;
  cv::imencode(".jpg", pixels, bytes, {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  return bytes;
}

/// The file with its last scan repeated, and another size in its header.
Bytes with_scans(Bytes bytes, int extra, uint16_t width, uint16_t height) {
  size_t last = 0;
  for (size_t i = 0; i + 1 < bytes.size(); ++i) {
    if (bytes[i] == 0xFF && bytes[i + 1] == 0xDA) last = i;
    if (bytes[i] == 0xFF && bytes[i + 1] == 0xC2) {
      bytes[i + 5] = static_cast<uint8_t>(height >> 8);
      bytes[i + 6] = static_cast<uint8_t>(height);
      bytes[i + 7] = static_cast<uint8_t>(width >> 8);
      bytes[i + 8] = static_cast<uint8_t>(width);
    }
  }
  const Bytes scan(bytes.begin() + static_cast<int64_t>(last), bytes.end() - 2);
  for (int i = 0; i < extra; ++i) bytes.insert(bytes.end() - 2, scan.begin(), scan.end());
  return bytes;
}

TEST(JpegScans, AreCountedWhereEachCostsAWalkOverThePixels) {
  EXPECT_EQ(internal::count_jpeg_scans(encode_jpeg(sketch_place(1, 1, 64, 48)).value()), 1);
  const Bytes usual = progressive(64, 48);
  const int64_t scans = internal::count_jpeg_scans(usual);
  EXPECT_GE(scans, 6);
  EXPECT_LE(scans, 20);
  EXPECT_EQ(internal::count_jpeg_scans(with_scans(usual, 30, 64, 48)), scans + 30);
  EXPECT_EQ(internal::count_jpeg_scans({}), 0);
}

TEST(JpegScans, AFewHundredOverManyPixelsAreRefusedAtOnce) {
  const Bytes bomb = with_scans(progressive(64, 48), 470, 10'000, 10'000);
  const Stopwatch watch;
  expect_refused(bomb, Code::kUnsupported, "goes over its 10000 x 10000 pixels");
  EXPECT_LT(watch.seconds(), 2);
}

TEST(JpegScans, UsualProgressivePhotographsAreRead) {
  const auto image = decode_image(progressive(640, 480), "p.jpg");
  ASSERT_TRUE(image.ok()) << image.status().to_string();
  EXPECT_EQ(image->width, 640);
}

TEST(JpegScans, DamagedFilesEndTheCount) {
  const Bytes whole = progressive(64, 48);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_LE(internal::count_jpeg_scans(std::span(whole).first(size)), 20);
}

TEST(DecodeImage, IsStoppedOnRequest) {
  DecodeOptions options;
  options.cancelled = [] { return true; };
  EXPECT_EQ(decode_image(progressive(64, 48), "p.jpg", options).status().code(), Code::kCancelled);
}

}  // namespace
}  // namespace loci
