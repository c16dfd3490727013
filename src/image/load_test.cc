// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/file.h"
#include "loci/base/npy.h"
#include "loci/image/decode.h"
#include "loci/image/encode.h"
#include "loci/image/resize.h"
#include "loci/image/sketch.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Bytes = std::vector<uint8_t>;

double mean_difference(const Image& a, const Image& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  double sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

/// The golden folder of this module, empty where it is not there.
std::string golden(const std::string& name) {
  const char* shared = std::getenv("LOCI_SHARED_DIR");
  if (shared == nullptr) return "";
  const std::string path = std::string(shared) + "/golden/preprocess/" + name;
  return std::ifstream(path).good() ? path : "";
}

TEST(DecodeImage, ScaledJpegIsNoSmallerThanWantedAndCloseToTheResizedWhole) {
  const Image scene = sketch_place(4, 2, 1600, 1200);
  const Bytes bytes = encode_jpeg(scene, 95).value();
  DecodeOptions options;
  options.wanted_width = 390;
  options.wanted_height = 300;
  const auto scaled = decode_image(bytes, "scene.jpg", options);
  ASSERT_TRUE(scaled.ok());
  EXPECT_EQ(scaled->width, 400);
  EXPECT_EQ(scaled->height, 300);
  EXPECT_LT(mean_difference(*scaled, resize(scene, 400, 300, Resampling::kArea)), 3.0);
  options.wanted_height = 301;
  EXPECT_EQ(decode_image(bytes, "scene.jpg", options)->height, 600);
}

TEST(DecodeImage, WantedSizeCountsAfterTheOrientation) {
  PhotoInfo turned;
  turned.orientation = 6;
  const Bytes bytes = encode_jpeg(sketch_place(4, 2, 800, 400), 90, &turned).value();
  DecodeOptions options;
  options.wanted_width = 100;
  options.wanted_height = 200;
  const auto image = decode_image(bytes, "turned.jpg", options);
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->width, 100);
  EXPECT_EQ(image->height, 200);
  EXPECT_EQ(probe_image(bytes, "turned.jpg")->width, 400);
  options = {};
  options.apply_orientation = false;
  EXPECT_EQ(decode_image(bytes, "turned.jpg", options)->width, 800);
}

TEST(LoadImage, MissingAndUnreadableFilesAreNamed) {
  const TempFolder folder;
  const auto missing = load_image(folder / "nothing here.jpg");
  EXPECT_EQ(missing.status().code(), Code::kNotFound);
  EXPECT_NE(missing.status().message().find("nothing here.jpg"), std::string::npos);
  EXPECT_FALSE(load_image(folder.path()).ok());
}

TEST(LoadImage, PixelsEqualThoseOfOtherSystems) {
  if (golden("case.json").empty()) GTEST_SKIP() << "golden/preprocess is not there";
  for (const char* name : {"wide.jpg",
                           "tall.png",
                           "tie.jpg",
                           "exif6.jpg",
                           "grey.jpg",
                           "rgba.png",
                           "palette.png",
                           "prog420.jpg"}) {
    const std::string file = name;
    DecodeOptions options;
    options.apply_orientation = false;
    const auto image = load_image(golden(file), options);
    ASSERT_TRUE(image.ok()) << image.status().to_string();
    const NpyArray expected =
        read_npy(golden(file.substr(0, file.find('.')) + "_pixels_hloc.npy")).value();
    ASSERT_EQ(expected.shape, (std::vector<int64_t>{image->height, image->width, 3}));
    for (size_t i = 0; i < image->pixels.size(); ++i) {
      ASSERT_EQ(image->pixels[i], expected.values[i]) << file << " element " << i;
    }
  }
  const auto turned = load_image(golden("exif6.jpg"));
  ASSERT_TRUE(turned.ok());
  EXPECT_EQ(turned->width, 99);
  EXPECT_EQ(turned->height, 150);
}

}  // namespace
}  // namespace loci
