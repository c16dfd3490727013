// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "codecs_test.h"

#include "loci/base/file.h"

#include <algorithm>
#include <tiffio.h>

namespace loci {
namespace {

struct Kind {
  uint16_t photometric = PHOTOMETRIC_RGB;
  uint16_t bits = 8;
  uint16_t samples = 3;
  uint16_t compression = COMPRESSION_NONE;
  uint32_t rows = 8;  ///< a strip
  uint32_t tile = 0;  ///< its side; 0: strips
  bool planes = false;
  uint16_t extra = 0;  ///< meaning of the fourth sample
  uint16_t orientation = ORIENTATION_TOPLEFT;
  const char* mode = "w";  ///< byte order
  uint16_t format = SAMPLEFORMAT_UINT;
};

constexpr uint32_t kWidth = 37, kHeight = 45;

/// A TIFF of random pixels.
Bytes make_tiff(const Kind& kind) {
  const TempFolder folder;
  const std::string path = folder / "file.tif";
  TIFF* tiff = TIFFOpen(path.c_str(), kind.mode);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kWidth);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kHeight);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, kind.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, kind.samples);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, kind.format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, kind.photometric);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, kind.compression);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, kind.orientation);
  TIFFSetField(
      tiff, TIFFTAG_PLANARCONFIG, kind.planes ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  if (kind.samples == 4 && kind.photometric == PHOTOMETRIC_RGB) {
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind.extra);
  }
  std::vector<uint16_t> map(3 * 256);
  if (kind.photometric == PHOTOMETRIC_PALETTE) {
    const Bytes shades = random_bytes(map.size(), 12);
    for (size_t i = 0; i < map.size(); ++i) map[i] = static_cast<uint16_t>(shades[i] * 257);
    TIFFSetField(tiff, TIFFTAG_COLORMAP, map.data(), map.data() + 256, map.data() + 512);
  }
  if (kind.compression == COMPRESSION_JPEG) TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, 1);
  if (kind.tile > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kind.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kind.tile);
    for (uint32_t tile = 0; tile < TIFFNumberOfTiles(tiff); ++tile) {
      Bytes data = random_bytes(static_cast<size_t>(TIFFTileSize(tiff)), tile);
      TIFFWriteEncodedTile(tiff, tile, data.data(), static_cast<tmsize_t>(data.size()));
    }
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, kind.rows);
    for (uint16_t plane = 0; plane < (kind.planes ? kind.samples : 1); ++plane) {
      for (uint32_t y = 0; y < kHeight; ++y) {
        Bytes data =
            random_bytes(static_cast<size_t>(TIFFScanlineSize(tiff)), y / 3 + 100u * plane);
        TIFFWriteScanline(tiff, data.data(), y, plane);
      }
    }
  }
  TIFFClose(tiff);
  return read_file(path).value();
}

TEST(Tiff, UsualKindsAreReadAsOpenCvReadsThem) {
  Kind rgb;
  const std::vector<uint16_t> compressions = {COMPRESSION_NONE,
                                              COMPRESSION_LZW,
                                              COMPRESSION_PACKBITS,
                                              COMPRESSION_ADOBE_DEFLATE,
                                              COMPRESSION_JPEG};
  for (uint16_t compression : compressions) {
    rgb.compression = compression;
    for (const char* mode : {"wl", "wb"}) {
      rgb.mode = mode;
      expect_as_opencv(make_tiff(rgb), "RGB, compression " + std::to_string(compression));
    }
  }
  for (uint16_t bits : {uint16_t{8}, uint16_t{16}}) {
    for (int variant = 0; variant < 8; ++variant) {
      const std::string what = std::to_string(bits) + " bits, variant " + std::to_string(variant);
      Kind kind{.bits = bits, .tile = (variant & 1) != 0 ? 32u : 0, .planes = (variant & 2) != 0};
      if ((variant & 4) != 0) kind.compression = COMPRESSION_LZW;
      expect_as_opencv(make_tiff(kind), "RGB, " + what);
      kind.samples = 4;
      for (uint16_t extra :
           {EXTRASAMPLE_UNSPECIFIED, EXTRASAMPLE_ASSOCALPHA, EXTRASAMPLE_UNASSALPHA}) {
        kind.extra = extra;
        expect_as_opencv(make_tiff(kind), "alpha " + std::to_string(extra) + ", " + what);
      }
    }
  }
  for (uint16_t photometric : {PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_MINISWHITE}) {
    for (uint16_t bits : {uint16_t{1}, uint16_t{8}, uint16_t{16}}) {
      expect_as_opencv(make_tiff({.photometric = photometric, .bits = bits, .samples = 1}),
                       "grey of " + std::to_string(bits) + " bits");
    }
  }
  expect_as_opencv(make_tiff({.photometric = PHOTOMETRIC_PALETTE, .samples = 1}), "palette");
  expect_as_opencv(make_tiff({.photometric = PHOTOMETRIC_SEPARATED, .samples = 4}), "CMYK");
  expect_as_opencv(
      make_tiff({.photometric = PHOTOMETRIC_YCBCR, .compression = COMPRESSION_JPEG, .rows = 16}),
      "YCbCr");
  expect_as_opencv(make_tiff({.rows = 1}), "rows");
  expect_as_opencv(make_tiff({.rows = 1000}), "one strip");
}

/// Which libtiff 4.5 refuses (and so does OpenCV) where the file is not mapped.
TEST(Tiff, SmallTilesAreReadWithoutCompression) {
  const Image packed =
      decode_image(make_tiff({.compression = COMPRESSION_LZW, .tile = 16}), "LZW").value();
  EXPECT_EQ(decode_image(make_tiff({.tile = 16}), "plain")->pixels, packed.pixels);
}

/// Which OpenCV does not read.
TEST(Tiff, FourBitsAreSpreadTo255) {
  const Bytes bytes =
      make_tiff({.photometric = PHOTOMETRIC_MINISBLACK, .bits = 4, .samples = 1, .rows = 1});
  const Image image = decode_image(bytes, "4 bits").value();
  for (uint32_t y = 0; y < kHeight; ++y) {
    const Bytes row = random_bytes((kWidth + 1) / 2, y / 3);
    for (size_t x = 0; x < kWidth; ++x) {
      const int nibble = x % 2 == 0 ? row[x / 2] >> 4 : row[x / 2] & 15;
      ASSERT_EQ(image.at(static_cast<int>(x), static_cast<int>(y))[0], 17 * nibble);
    }
  }
}

TEST(Tiff, TheOrientationIsAppliedOnce) {
  const Image upright = decode_image(make_tiff({}), "upright").value();
  DecodeOptions stored;
  stored.apply_orientation = false;
  for (uint16_t orientation = 1; orientation <= 8; ++orientation) {
    const Bytes bytes = make_tiff({.orientation = orientation});
    EXPECT_EQ(decode_image(bytes, "stored", stored)->pixels, upright.pixels) << orientation;
    EXPECT_EQ(decode_image(bytes, "seen")->width, orientation < 5 ? 37 : 45);
  }
  const Image turned = decode_image(make_tiff({.orientation = 6}), "turned").value();
  const Image half = decode_image(make_tiff({.orientation = 3}), "half").value();
  for (int c = 0; c < 3; ++c) {
    EXPECT_EQ(turned.at(44, 0)[c], upright.at(0, 0)[c]);
    EXPECT_EQ(turned.at(0, 36)[c], upright.at(36, 44)[c]);
    EXPECT_EQ(half.at(0, 0)[c], upright.at(36, 44)[c]);
  }
}

TEST(Tiff, KindsOfPixelsThatAreNotReadAreNamed) {
  expect_refused(make_tiff({.bits = 32, .format = SAMPLEFORMAT_IEEEFP}),
                 Code::kUnsupported,
                 "32-bit samples); convert it to PNG");
}

TEST(Tiff, CutShortIsCorruptAndQuiet) {
  testing::internal::CaptureStderr();
  for (uint16_t compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_JPEG}) {
    const Bytes whole = make_tiff({.compression = compression});
    // The pixels come before the directory: damage what is in the middle instead of cutting.
    Bytes damaged = whole;
    std::fill(damaged.begin() + 8, damaged.begin() + 300, uint8_t{0});
    if (compression != COMPRESSION_NONE) {
      expect_refused(damaged, Code::kCorrupt, "the tiff image cannot be decoded: ");
    }
    EXPECT_EQ(decode_image(std::span(whole).first(whole.size() - 9), "cut").status().code(),
              Code::kCorrupt);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  for (uint16_t compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_JPEG}) {
    EXPECT_GT(expect_calm(make_tiff({.compression = compression}), 300), 60);
  }
}

TEST(Tiff, MorePixelsThanTheFileCanHoldAreRefusedBeforeTheirMemoryIsTaken) {
  for (uint16_t compression : {COMPRESSION_NONE, COMPRESSION_LZW}) {
    Bytes bytes = make_tiff({.compression = compression, .rows = 1000, .mode = "wl"});
    uint32_t at = bytes[4] | uint32_t{bytes[5]} << 8 | uint32_t{bytes[6]} << 16;
    for (size_t entry = at + 2; entry + 12 <= bytes.size(); entry += 12) {
      const int tag = bytes[entry] | bytes[entry + 1] << 8;
      if (tag == TIFFTAG_IMAGEWIDTH || tag == TIFFTAG_IMAGELENGTH) {
        bytes[entry + 8] = 0x98;  // 15,000
        bytes[entry + 9] = 0x3A;
      }
    }
    expect_refused(bytes, Code::kCorrupt, "cannot hold the 15000 x 15000 pixels");
  }
}

}  // namespace
}  // namespace loci
