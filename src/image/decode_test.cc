// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/decode.h"

#include "loci/base/rng.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <turbojpeg.h>

namespace loci {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes encode(const std::string& extension, const cv::Mat& pixels) {
  Bytes out;
  cv::imencode(extension, pixels, out);
  return out;
}

cv::Mat gradient(int type) {
  cv::Mat mat(20, 30, type);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 30; ++x) {
      for (int c = 0; c < mat.channels(); ++c) {
        const int value = 8 * x + 2 * y + 10 * c;  // at most 308, wrapped for 8 bits
        if (mat.depth() == CV_16U) {
          mat.ptr<uint16_t>(y)[x * mat.channels() + c] = static_cast<uint16_t>((value & 255) * 257);
        } else {
          mat.ptr<uint8_t>(y)[x * mat.channels() + c] = static_cast<uint8_t>(value & 255);
        }
      }
    }
  }
  return mat;
}

/// Largest difference between `image` (R G B) and the colours of `gradient` (B G R).
int difference_from_gradient(const Image& image, int channels) {
  int worst = 0;
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 30; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int source = channels >= 3 ? 2 - c : 0;
        const int expected = (8 * x + 2 * y + 10 * source) & 255;
        worst = std::max(worst, std::abs(image.at(x, y)[c] - expected));
      }
    }
  }
  return worst;
}

TEST(DecodeImage, ReadsGreyAlphaAndSixteenBitPng) {
  for (const auto& [type, channels] : {std::pair{CV_8UC1, 1},
                                       {CV_8UC3, 3},
                                       {CV_8UC4, 4},
                                       {CV_16UC1, 1},
                                       {CV_16UC3, 3},
                                       {CV_16UC4, 4}}) {
    const auto image = decode_image(encode(".png", gradient(type)), "test");
    ASSERT_TRUE(image.ok()) << type << image.status().to_string();
    EXPECT_EQ(image->width, 30);
    EXPECT_EQ(image->height, 20);
    EXPECT_EQ(difference_from_gradient(*image, channels), 0) << "OpenCV type " << type;
  }
}

TEST(DecodeImage, ReadsEveryFormatThatIsListed) {
  for (const char* extension : {".png", ".bmp", ".tiff", ".ppm", ".pgm", ".webp", ".jpg"}) {
    const bool grey = std::string(extension) == ".pgm";
    const Bytes bytes = encode(extension, gradient(grey ? CV_8UC1 : CV_8UC3));
    const auto image = decode_image(bytes, extension);
    ASSERT_TRUE(image.ok()) << image.status().to_string();
    const bool lossy = std::string(extension) == ".jpg" || std::string(extension) == ".webp";
    if (!lossy) {
      EXPECT_EQ(difference_from_gradient(*image, grey ? 1 : 3), 0) << extension;
    }
    const auto info = probe_image(bytes, extension);
    ASSERT_TRUE(info.ok()) << info.status().to_string();
    EXPECT_EQ(info->width, 30);
    EXPECT_EQ(info->height, 20);
  }
}

TEST(DecodeImage, GreyJpegIsRepeatedInThreeChannels) {
  const auto image = decode_image(encode(".jpg", gradient(CV_8UC1)), "grey.jpg");
  ASSERT_TRUE(image.ok());
  for (size_t i = 0; i < image->pixels.size(); i += 3) {
    ASSERT_EQ(image->pixels[i], image->pixels[i + 1]);
    ASSERT_EQ(image->pixels[i], image->pixels[i + 2]);
  }
}

TEST(DecodeImage, CmykJpegBecomesItsColours) {
  // Stored as Adobe does, inverted: 255 is no ink. Orange (255, 128, 0) at full key light.
  Bytes cmyk;
  for (int i = 0; i < 16 * 16; ++i) cmyk.insert(cmyk.end(), {255, 128, 0, 200});
  tjhandle handle = tjInitCompress();
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  ASSERT_EQ(
      tjCompress2(handle, cmyk.data(), 16, 0, 16, TJPF_CMYK, &buffer, &size, TJSAMP_444, 98, 0), 0);
  const Bytes bytes(buffer, buffer + size);
  tjFree(buffer);
  tjDestroy(handle);
  const auto image = decode_image(bytes, "cmyk.jpg");
  ASSERT_TRUE(image.ok()) << image.status().to_string();
  EXPECT_NEAR(image->at(8, 8)[0], 200, 3);
  EXPECT_NEAR(image->at(8, 8)[1], 100, 3);
  EXPECT_NEAR(image->at(8, 8)[2], 0, 3);
}

TEST(DecodeImage, OnePixelIsAnImage) {
  Image dot(1, 1);
  dot.pixels = {200, 30, 90};
  const auto png = decode_image(encode_png(dot).value(), "dot.png");
  ASSERT_TRUE(png.ok());
  EXPECT_EQ(png->pixels, dot.pixels);
  DecodeOptions small;
  small.wanted_width = small.wanted_height = 1;
  const auto jpeg = decode_image(encode_jpeg(dot).value(), "dot.jpg", small);
  ASSERT_TRUE(jpeg.ok());
  EXPECT_EQ(jpeg->width, 1);
}

TEST(DecodeImage, EmptyAndTextFilesAreCorrupt) {
  const auto empty = decode_image({}, "empty.jpg");
  EXPECT_EQ(empty.status().code(), Code::kCorrupt);
  EXPECT_NE(empty.status().message().find("empty.jpg"), std::string::npos);
  const std::string words = "Dear all, please find attached the photograph.";
  const auto text = decode_image(Bytes(words.begin(), words.end()), "letter.jpg");
  EXPECT_EQ(text.status().code(), Code::kCorrupt);
  EXPECT_NE(text.status().message().find("Dear all"), std::string::npos);
}

TEST(DecodeImage, JpegCutShortAnywhereIsCorrupt) {
  const Bytes whole = encode_jpeg(sketch_place(1, 1, 120, 90), 85).value();
  for (size_t size : {size_t{2},
                      size_t{3},
                      size_t{40},
                      size_t{300},
                      whole.size() / 2,
                      whole.size() - 100,
                      whole.size() - 20}) {  // two bytes less are the marker of the end alone
    const auto cut = decode_image(std::span(whole).first(size), "cut.jpg");
    EXPECT_EQ(cut.status().code(), Code::kCorrupt) << size << " of " << whole.size();
  }
}

TEST(DecodeImage, PngCutShortOrDamagedIsCorrupt) {
  const Bytes whole = encode_png(sketch_place(1, 1, 60, 40)).value();
  for (size_t size :
       {size_t{4}, size_t{8}, size_t{20}, size_t{33}, whole.size() / 2, whole.size() - 1}) {
    EXPECT_EQ(decode_image(std::span(whole).first(size), "cut.png").status().code(),
              Code::kCorrupt);
  }
  Bytes damaged = whole;
  damaged[whole.size() / 2] ^= 1;
  EXPECT_EQ(decode_image(damaged, "damaged.png").status().code(), Code::kCorrupt);
}

TEST(DecodeImage, HugePngHeaderIsRefusedBeforeDecoding) {
  Bytes bytes = encode(".png", gradient(CV_8UC3));
  // 30,000 = 0x7530 in both sides of the header chunk.
  for (size_t at : {size_t{16}, size_t{20}}) bytes[at + 2] = 0x75, bytes[at + 3] = 0x30;
  const auto image = decode_image(bytes, "bomb.png");
  EXPECT_EQ(image.status().code(), Code::kUnsupported);
  EXPECT_NE(image.status().message().find("30000 x 30000"), std::string::npos);
  EXPECT_EQ(probe_image(bytes, "bomb.png")->width, 30000);
  DecodeOptions tight;
  tight.max_pixels = 599;
  EXPECT_EQ(decode_image(encode(".jpg", gradient(CV_8UC3)), "x", tight).status().code(),
            Code::kUnsupported);
}

TEST(DecodeImage, KnownFormatsThatAreNotReadAreNamed) {
  const std::string heic(
      "\0\0\0\x18"
      "ftypheic\0\0\0\0",
      16);
  const auto image = decode_image(Bytes(heic.begin(), heic.end()), "IMG_1.HEIC");
  EXPECT_EQ(image.status().code(), Code::kUnsupported);
  EXPECT_NE(image.status().message().find("HEIC"), std::string::npos);
}

TEST(DecodeImage, DamagedBytesNeverCrash) {
  Rng rng(7, "damage");
  std::vector<Bytes> files = {encode_jpeg(sketch_place(2, 1, 64, 48), 80).value(),
                              encode(".webp", gradient(CV_8UC3)),
                              encode(".bmp", gradient(CV_8UC3)),
                              encode(".tiff", gradient(CV_8UC3)),
                              encode(".ppm", gradient(CV_8UC3))};
  int read = 0;
  testing::internal::CaptureStderr();
  for (const Bytes& file : files) {
    for (int i = 0; i < 60; ++i) {
      Bytes bytes = file;
      for (int flips = 0; flips < 3; ++flips) {
        bytes[rng.below(std::min<uint64_t>(bytes.size(), 200))] = static_cast<uint8_t>(rng.next());
      }
      DecodeOptions options;
      options.max_pixels = 1 << 20;
      const auto image = decode_image(bytes, "damaged", options);
      if (image.ok()) {
        ++read;
        EXPECT_EQ(image->pixels.size(),
                  size_t{3} * static_cast<size_t>(image->width * image->height));
      } else {
        EXPECT_FALSE(image.status().message().empty());
      }
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace loci
