// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loci {

struct DecodeOptions {
  /// The size that is wanted in the end, pixels; 0 x 0 for the full size. A JPEG is then decoded at
  /// the smallest of 1, 1/2, 1/4, 1/8 of its size whose sides are both still at least this large
  /// (after rotation); other formats come in full size.
  int wanted_width = 0;
  int wanted_height = 0;
  /// Larger images are Unsupported, found from the header before any memory is taken.
  uint64_t max_pixels = 250'000'000;
  /// Turn the picture as its EXIF orientation says.
  bool apply_orientation = true;
  /// Asked before the pixels are decoded and after; true ends it with Cancelled.
  std::function<bool()> cancelled;
};

struct ImageInfo {
  int width = 0;  ///< as seen: after the EXIF orientation
  int height = 0;
  std::string format;  ///< "jpeg", "png", "webp", "bmp", "tiff", "gif", "pnm", ...
};

/// Decodes to 8-bit RGB: grey is repeated, alpha dropped, 16 bits scaled to 8, CMYK and YCCK
/// converted. `where` names the bytes in messages.
/// Errors:  NotFound, Io; Corrupt for what is no image, empty or cut short; Unsupported for what is
///          too large or of a format this build does not read
/// Threads: any number at once
Result<Image> load_image(const std::string& path, const DecodeOptions& options = {});
Result<Image> decode_image(std::span<const uint8_t> bytes,
                           std::string_view where,
                           const DecodeOptions& options = {});

/// Size and format from the header alone.
Result<ImageInfo> probe_image(std::span<const uint8_t> bytes, std::string_view where);

/// The extensions of files taken for photographs when a folder is searched: ".jpg", ".jpeg",
/// ".png", ...
const std::vector<std::string>& image_extensions();

}  // namespace loci
