// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Pictures that the libraries' own encoders write.
#include "decoders.h"

#include <cstring>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#if LOCI_HAVE_HEIF
#include <libheif/heif.h>
#endif
#if LOCI_HAVE_JXL
#include <jxl/encode.h>
#endif

namespace loci::internal {
namespace {

using testing::HasSubstr;

constexpr int kWidth = 96, kHeight = 64;

/// Red above, blue below.
Image two_halves() {
  Image image(kWidth, kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) image.at(x, y)[y < kHeight / 2 ? 0 : 2] = 220;
  }
  return image;
}

void expect_two_halves(const Image& image) {
  ASSERT_EQ(image.width, kWidth);
  ASSERT_EQ(image.height, kHeight);
  EXPECT_GT(image.at(48, 8)[0], 180);
  EXPECT_LT(image.at(48, 8)[2], 60);
  EXPECT_GT(image.at(48, 56)[2], 180);
  EXPECT_LT(image.at(48, 56)[0], 60);
}

#if LOCI_HAVE_HEIF
heif_error append(heif_context*, const void* data, size_t size, void* user) {
  auto* out = static_cast<std::vector<uint8_t>*>(user);
  const auto* bytes = static_cast<const uint8_t*>(data);
  out->insert(out->end(), bytes, bytes + size);
  return {heif_error_Ok, heif_suberror_Unspecified, ""};
}

/// Empty where the library has no encoder of the kind.
std::vector<uint8_t> write_heif(heif_compression_format format) {
  const std::unique_ptr<heif_context, void (*)(heif_context*)> context(heif_context_alloc(),
                                                                       heif_context_free);
  heif_encoder* encoder = nullptr;
  if (heif_context_get_encoder_for_format(context.get(), format, &encoder).code != heif_error_Ok)
    return {};
  const std::unique_ptr<heif_encoder, void (*)(heif_encoder*)> owner(encoder, heif_encoder_release);
  heif_encoder_set_lossy_quality(encoder, 90);
  heif_image* picture = nullptr;
  heif_image_create(kWidth, kHeight, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &picture);
  const std::unique_ptr<heif_image, void (*)(const heif_image*)> pixels(picture,
                                                                        heif_image_release);
  heif_image_add_plane(picture, heif_channel_interleaved, kWidth, kHeight, 24);
  int stride = 0;
  uint8_t* to = heif_image_get_plane(picture, heif_channel_interleaved, &stride);
  const Image image = two_halves();
  for (int y = 0; y < kHeight; ++y)
    std::memcpy(to + static_cast<ptrdiff_t>(stride) * y, image.at(0, y), 3 * kWidth);
  if (heif_context_encode_image(context.get(), picture, encoder, nullptr, nullptr).code !=
      heif_error_Ok)
    return {};
  std::vector<uint8_t> out;
  heif_writer writer{1, append};
  heif_context_write(context.get(), &writer, &out);
  return out;
}

class Heif : public testing::TestWithParam<heif_compression_format> {};

TEST_P(Heif, APictureComesWithItsColoursAndSize) {
  const std::vector<uint8_t> bytes = write_heif(GetParam());
  if (bytes.empty()) GTEST_SKIP() << "libheif has no encoder of the kind";
  EXPECT_EQ(foreign_format(bytes),
            GetParam() == heif_compression_HEVC ? ForeignFormat::kHeic : ForeignFormat::kAvif);
  expect_two_halves(decode_heif(bytes, "a.heic", 1 << 20).value());
  EXPECT_EQ(heif_size(bytes, "a.heic").value(), std::pair(uint32_t{kWidth}, uint32_t{kHeight}));
  const Status large = decode_heif(bytes, "a.heic", 100).status();
  EXPECT_EQ(large.code(), Code::kUnsupported);
  EXPECT_THAT(large.message(), HasSubstr("the limit of 100"));
}

TEST_P(Heif, WhatIsCutShortIsRefused) {
  const std::vector<uint8_t> bytes = write_heif(GetParam());
  if (bytes.empty()) GTEST_SKIP() << "libheif has no encoder of the kind";
  for (size_t size = 1; size < bytes.size(); size += bytes.size() / 40 + 1) {
    const Status status = decode_heif(std::span(bytes).first(size), "a.heic", 1 << 20).status();
    EXPECT_TRUE(!status.ok() || size > bytes.size() / 2) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Heif, testing::Values(heif_compression_HEVC, heif_compression_AV1));
#endif

#if LOCI_HAVE_JXL
std::vector<uint8_t> write_jxl(JxlOrientation orientation) {
  const std::unique_ptr<JxlEncoder, void (*)(JxlEncoder*)> encoder(JxlEncoderCreate(nullptr),
                                                                   JxlEncoderDestroy);
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = kWidth;
  info.ysize = kHeight;
  info.bits_per_sample = 8;
  info.orientation = orientation;
  info.uses_original_profile = JXL_FALSE;
  JxlEncoderSetBasicInfo(encoder.get(), &info);
  JxlColorEncoding colours;
  JxlColorEncodingSetToSRGB(&colours, JXL_FALSE);
  JxlEncoderSetColorEncoding(encoder.get(), &colours);
  const Image image = two_halves();
  const JxlPixelFormat format{3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
  JxlEncoderAddImageFrame(JxlEncoderFrameSettingsCreate(encoder.get(), nullptr),
                          &format,
                          image.pixels.data(),
                          image.pixels.size());
  JxlEncoderCloseInput(encoder.get());
  std::vector<uint8_t> out(1 << 18);
  uint8_t* next = out.data();
  size_t room = out.size();
  EXPECT_EQ(JxlEncoderProcessOutput(encoder.get(), &next, &room), JXL_ENC_SUCCESS);
  out.resize(out.size() - room);
  return out;
}

TEST(JpegXl, APictureComesWithItsColoursAndSize) {
  const std::vector<uint8_t> bytes = write_jxl(JXL_ORIENT_IDENTITY);
  EXPECT_EQ(foreign_format(bytes), ForeignFormat::kJpegXl);
  expect_two_halves(decode_jxl(bytes, "a.jxl", 1 << 20).value());
  EXPECT_EQ(jxl_size(bytes, "a.jxl").value(), std::pair(uint32_t{kWidth}, uint32_t{kHeight}));
  EXPECT_EQ(decode_jxl(bytes, "a.jxl", 100).status().code(), Code::kUnsupported);
}

TEST(JpegXl, ATurnedPictureComesUpright) {
  const std::vector<uint8_t> bytes = write_jxl(JXL_ORIENT_ROTATE_90_CW);
  const Image image = decode_jxl(bytes, "a.jxl", 1 << 20).value();
  ASSERT_EQ(image.width, kHeight);
  ASSERT_EQ(image.height, kWidth);
  EXPECT_GT(image.at(kHeight - 8, 48)[0], 180);  // what was above is right
  EXPECT_GT(image.at(8, 48)[2], 180);
}

TEST(JpegXl, WhatIsCutShortIsRefused) {
  const std::vector<uint8_t> bytes = write_jxl(JXL_ORIENT_IDENTITY);
  for (size_t size = 1; size + 1 < bytes.size(); size += bytes.size() / 40 + 1) {
    EXPECT_EQ(decode_jxl(std::span(bytes).first(size), "a.jxl", 1 << 20).status().code(),
              Code::kCorrupt)
        << size;
  }
}
#endif

}  // namespace
}  // namespace loci::internal
