// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cursor.h"

#include <optional>
#include <string_view>

namespace loci::internal {

/// Messages as ROS 1 serialises them. Times are nanoseconds since 1970, 0 where none was set; views
/// point into the message.

/// sensor_msgs/Image
struct RawImage {
  int64_t stamp_ns = 0;
  uint32_t height = 0, width = 0;
  std::string_view encoding;
  bool big_endian = false;
  uint32_t step = 0;  ///< bytes from row to row
  Bytes data;
};

/// sensor_msgs/CompressedImage
struct CompressedImage {
  int64_t stamp_ns = 0;
  std::string_view format;
  Bytes data;
};

/// sensor_msgs/NavSatFix
struct NavSatFix {
  int64_t stamp_ns = 0;
  int8_t status = 0;  ///< below 0: no fix
  double lat = 0, lon = 0, altitude_m = 0;
};

/// Nothing when the message ends early.
std::optional<RawImage> parse_raw_image(Bytes message);
std::optional<CompressedImage> parse_compressed_image(Bytes message);
std::optional<NavSatFix> parse_nav_sat_fix(Bytes message);

}  // namespace loci::internal
