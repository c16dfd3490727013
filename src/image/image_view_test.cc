// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// A part of a larger picture, seen where it lies, is what a copy of it is.
#include "loci/base/rng.h"
#include "loci/image/encode.h"
#include "loci/image/image.h"
#include "loci/image/resize.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr int kLeft = 5, kTop = 3, kWidth = 61, kHeight = 43;

class ImageViewTest : public ::testing::Test {
 protected:
  ImageViewTest() : whole_(90, 60), part_(kWidth, kHeight) {
    Rng rng(8, "view");
    for (uint8_t& p : whole_.pixels) p = static_cast<uint8_t>(rng.next());
    for (int y = 0; y < kHeight; ++y) {
      for (int i = 0; i < kWidth * 3; ++i) {
        part_.at(0, y)[i] = whole_.at(kLeft, kTop + y)[i];
      }
    }
    view_ = {whole_.at(kLeft, kTop), kWidth, kHeight, size_t{90} * 3};
  }
  Image whole_, part_;
  ImageView view_;
};

TEST_F(ImageViewTest, CopiesAndConversions) {
  EXPECT_EQ(copy_of(view_).pixels, part_.pixels);
  EXPECT_EQ(to_float(view_).pixels, to_float(part_).pixels);
  EXPECT_EQ(to_grey(view_), to_grey(part_));
  EXPECT_FALSE(view_.empty());
  EXPECT_TRUE(ImageView().empty());
  EXPECT_TRUE(ImageView(Image()).empty());
}

TEST_F(ImageViewTest, EveryResampling) {
  const FloatImage whole = to_float(whole_), part = to_float(part_);
  const FloatImageView view(whole.at(kLeft, kTop), kWidth, kHeight, size_t{90} * 3);
  for (const Resampling how : {Resampling::kArea,
                               Resampling::kBilinear,
                               Resampling::kBilinearAntialias,
                               Resampling::kBicubicAntialias}) {
    for (const auto& [width, height] :
         {std::pair{20, 17}, {kWidth, 20}, {30, kHeight}, {100, 80}, {kWidth, kHeight}}) {
      EXPECT_EQ(resize(view_, width, height, how).pixels, resize(part_, width, height, how).pixels);
      EXPECT_EQ(resize(view, width, height, how).pixels, resize(part, width, height, how).pixels);
    }
  }
}

TEST_F(ImageViewTest, Encoders) {
  EXPECT_EQ(encode_jpeg(view_, 90).value(), encode_jpeg(part_, 90).value());
  EXPECT_EQ(encode_png(view_).value(), encode_png(part_).value());
}

}  // namespace
}  // namespace loci
