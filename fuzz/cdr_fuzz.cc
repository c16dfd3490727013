// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "messages.h"
#include "raw_image.h"

#include <cstdint>

/// Any bytes as each kind of message, serialised either way.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace loci::internal;
  const Bytes message(data, size);
  for (const Wire wire : {Wire::kRos1, Wire::kCdr}) {
    if (const auto raw = parse_raw_image(message, wire)) (void)to_image(*raw);
    (void)parse_compressed_image(message, wire);
    (void)parse_nav_sat_fix(message, wire);
    (void)parse_camera_info(message, wire);
    for (const char* type : {"nav_msgs/Odometry",
                             "geometry_msgs/PoseStamped",
                             "geometry_msgs/TransformStamped",
                             "tf2_msgs/TFMessage"})
      (void)parse_poses(type, message, wire);
  }
  return 0;
}
