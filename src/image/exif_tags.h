// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The EXIF tags that are read and written (EXIF 2.3, tables 4, 5 and 15).
namespace loci::internal::exif_tag {

// The first directory.
inline constexpr uint16_t kOrientation = 0x0112;
inline constexpr uint16_t kDateTime = 0x0132;
inline constexpr uint16_t kExifDirectory = 0x8769;
inline constexpr uint16_t kGpsDirectory = 0x8825;
inline constexpr uint16_t kXmpPacket = 0x02BC;
// The EXIF directory.
inline constexpr uint16_t kExifVersion = 0x9000;
inline constexpr uint16_t kDateTimeOriginal = 0x9003;
inline constexpr uint16_t kDateTimeDigitized = 0x9004;
inline constexpr uint16_t kOffsetTime = 0x9010;
inline constexpr uint16_t kOffsetTimeOriginal = 0x9011;
inline constexpr uint16_t kOffsetTimeDigitized = 0x9012;
inline constexpr uint16_t kFocalLengthIn35mmFilm = 0xA405;
// The GPS directory.
inline constexpr uint16_t kGpsVersion = 0;
inline constexpr uint16_t kLatitudeRef = 1;
inline constexpr uint16_t kLatitude = 2;
inline constexpr uint16_t kLongitudeRef = 3;
inline constexpr uint16_t kLongitude = 4;
inline constexpr uint16_t kAltitudeRef = 5;
inline constexpr uint16_t kAltitude = 6;
inline constexpr uint16_t kTimeStamp = 7;
inline constexpr uint16_t kStatus = 9;
inline constexpr uint16_t kImgDirectionRef = 16;
inline constexpr uint16_t kImgDirection = 17;
inline constexpr uint16_t kDateStamp = 29;

}  // namespace loci::internal::exif_tag
