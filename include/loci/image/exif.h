// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/status.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace loci {

/// What a camera wrote beside the pixels.
struct PhotoInfo {
  int orientation = 1;             ///< EXIF orientation 1 to 8
  std::optional<LatLon> position;  ///< GPSLatitude/GPSLongitude
  std::optional<double> altitude_m;
  std::optional<double> heading_deg;  ///< GPSImgDirection, clockwise from north
  /// DateTimeOriginal (else DateTime), seconds since 1970 as if it were UTC.
  std::optional<int64_t> taken;
};

/// Reads the EXIF block of a JPEG (or of PNG, WebP and TIFF where present). Never fails: a damaged
/// block gives what could be read of it, and values out of range (latitude 91) are left out.
PhotoInfo read_photo_info(std::span<const uint8_t> file_bytes);

/// An APP1 payload ("Exif\0\0" and TIFF) with what `photo` holds.
std::vector<uint8_t> make_exif(const PhotoInfo& photo);

}  // namespace loci
