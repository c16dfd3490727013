// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"

#include "loci/base/pose.h"

#include <optional>
#include <string_view>
#include <vector>

namespace loci::internal {

/// Messages as ROS 1 and ROS 2 serialise them. Times are nanoseconds since 1970, 0 where none was set; views point into the
/// message.

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

/// sensor_msgs/CameraInfo: size in pixels, and the focal length of its matrix K.
struct CameraInfo {
  uint32_t height = 0, width = 0;
  double focal_px = 0;
};

/// nav_msgs/Odometry, geometry_msgs/PoseStamped, PoseWithCovarianceStamped and TransformStamped, and each transform of a
/// tf2_msgs/TFMessage: where `child` is in `parent`.
struct PoseMessage {
  int64_t stamp_ns = 0;
  std::string_view parent, child;  ///< of poses that name no child: ""
  Pose pose;
};

/// Nothing when the message ends early.
std::optional<RawImage> parse_raw_image(Bytes message, Wire wire);
std::optional<CompressedImage> parse_compressed_image(Bytes message, Wire wire);
std::optional<NavSatFix> parse_nav_sat_fix(Bytes message, Wire wire);
std::optional<CameraInfo> parse_camera_info(Bytes message, Wire wire);

bool is_pose_type(std::string_view type);
bool is_transform_type(std::string_view type);
/// The poses of a message of such a type; none when it ends early.
std::vector<PoseMessage> parse_poses(std::string_view type, Bytes message, Wire wire);

}  // namespace loci::internal
