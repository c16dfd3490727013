// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/encode.h"

#include "loci/base/file.h"
#include "loci/image/decode.h"
#include "loci/image/frame_file.h"
#include "loci/image/sketch.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(EncodePng, LosesNothing) {
  const Image scene = sketch_place(3, 1, 50, 40);
  EXPECT_EQ(decode_image(encode_png(scene).value(), "png")->pixels, scene.pixels);
}

TEST(EncodeJpeg, BetterQualityIsCloserAndLarger) {
  const Image scene = sketch_place(3, 1, 160, 120);
  const auto error = [&](const std::vector<uint8_t>& bytes) {
    const Image read = decode_image(bytes, "jpeg").value();
    double sum = 0;
    for (size_t i = 0; i < read.pixels.size(); ++i) {
      sum += std::pow(static_cast<double>(read.pixels[i]) - scene.pixels[i], 2);
    }
    return std::sqrt(sum / static_cast<double>(read.pixels.size()));
  };
  const auto poor = encode_jpeg(scene, 30).value(), good = encode_jpeg(scene, 95).value();
  EXPECT_LT(poor.size(), good.size());
  EXPECT_LT(error(good), error(poor));
  EXPECT_LT(error(good), 4);
}

TEST(EncodeJpeg, QualityOutOfRangeIsRefused) {
  EXPECT_EQ(encode_jpeg(Image(2, 2), 0).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(encode_jpeg(Image(2, 2), 101).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(encode_jpeg(Image(70000, 1)).status().code(), Code::kUnsupported);
}

TEST(SaveJpeg, WritesAFileThatLoads) {
  const TempFolder folder;
  const std::string path = folder / "a photo's \"name\".jpg";
  PhotoInfo photo;
  photo.position = LatLon{47.5, 8.25};
  ASSERT_TRUE(save_jpeg(path, sketch_place(3, 1, 40, 30), 90, &photo).ok());
  EXPECT_EQ(load_image(path)->width, 40);
  EXPECT_TRUE(read_photo_info(read_file(path).value()).position.has_value());
  EXPECT_FALSE(save_jpeg(folder / "no/such/folder.jpg", Image(2, 2)).ok());
}

TEST(SaveFrame, WritesTheFocalLengthAsOfFilm) {
  const TempFolder folder;
  const std::string path = folder / "a.jpg";
  ASSERT_TRUE(save_frame(path, Image(8, 8), 90, {.taken = 1'500'000'000}, 26.4).ok());
  const std::vector<uint8_t> file = read_file(path).value();
  // FocalLengthIn35mmFilm, one SHORT: 26
  const std::vector<uint8_t> entry{0x05, 0xA4, 3, 0, 1, 0, 0, 0, 26, 0};
  EXPECT_NE(std::search(file.begin(), file.end(), entry.begin(), entry.end()), file.end());
  EXPECT_EQ(read_photo_info(path).taken, 1'500'000'000);
}

}  // namespace
}  // namespace loci
