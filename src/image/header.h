// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace loci::internal {

enum class Format { kJpeg, kPng, kWebp, kBmp, kTiff, kPnm, kGif };

const char* format_name(Format format);

/// What the first bytes of an image file say, before any pixel is touched.
struct Header {
  Format format = Format::kJpeg;
  uint64_t width = 0;  ///< as stored: before the EXIF orientation
  uint64_t height = 0;
};

/// Corrupt for bytes of no known format, for a header that is cut short and for a side of zero;
/// Unsupported for formats that are recognised but not read (HEIC, AVIF, JPEG 2000, BigTIFF).
Result<Header> read_header(std::span<const uint8_t> bytes, std::string_view where);

}  // namespace loci::internal
