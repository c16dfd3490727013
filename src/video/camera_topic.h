// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"

#include <optional>

namespace loci::internal {

/// The focal length of the camera of an image topic, as of 35 mm film: by the first message of camera_info beside it
/// ("/camera/image_raw/compressed" has "/camera/camera_info"), else of the bag's only sensor_msgs/CameraInfo.
std::optional<double> focal_of_camera(Bag& bag, const BagTopic& images);

}  // namespace loci::internal
