// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/status.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// What a camera wrote beside the pixels.
struct PhotoInfo {
  int orientation = 1;             ///< EXIF orientation 1 to 8
  std::optional<LatLon> position;  ///< GPSLatitude/GPSLongitude
  std::optional<double> altitude_m;
  std::optional<double> heading_deg;  ///< GPSImgDirection, clockwise from north
  /// DateTimeOriginal, else DateTimeDigitized, else DateTime, seconds since 1970: UTC where the file says its offset
  /// (OffsetTimeOriginal, or the time of GPS beside it), else as if it were UTC. Without a date that of GPS, which is UTC.
  std::optional<int64_t> taken;
  /// Of the camera's clock where it is known: taken + this is its civil time.
  std::optional<int32_t> utc_offset_s;
};

/// Reads the EXIF blocks of a JPEG, PNG (also as a raw profile of ImageMagick's), WebP or TIFF file, then the XMP packets
/// for what EXIF does not say. Never fails: a damaged block gives what could be read of it, and values out of range
/// (latitude 91), without a hemisphere or without a fix (GPSStatus V, 0 north 0 east) are left out.
PhotoInfo read_photo_info(std::span<const uint8_t> file_bytes);

/// The same of a file, of which no more is read than it takes to reach the pixels. Empty where it cannot be read.
PhotoInfo read_photo_info(const std::string& path);

/// An XMP packet or sidecar file, for what `info` does not say.
void read_xmp(std::span<const uint8_t> xml, PhotoInfo* info);

/// An APP1 payload ("Exif\0\0" and TIFF) with what `photo` holds.
std::vector<uint8_t> make_exif(const PhotoInfo& photo);

}  // namespace loci
