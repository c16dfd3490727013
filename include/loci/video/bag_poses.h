// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/pose.h"
#include "loci/base/status.h"

#include <string>
#include <vector>

namespace loci {

/// Poses that a bag recorded.
struct BagPoses {
  /// That they are from; of transforms "PARENT>CHILD", the frames.
  std::string topic;
  /// By time: the stamps of the headers, else the times of recording.
  std::vector<TimedPose> poses;
};

/// Is it a bag of ROS 1 or 2, or the folder of one?
bool is_bag_file(const std::string& path);

/// The trajectory of a bag: nav_msgs/Odometry, geometry_msgs/PoseStamped or PoseWithCovarianceStamped of the topic `name`, or
/// the transforms of the frames `name`, "odom>base_link" (tf2_msgs/TFMessage, geometry_msgs/TransformStamped), also over
/// several (map>odom and odom>base_link as "map>base_link"). An empty name takes the only such topic or, without one, the
/// only pair of frames that moves or the whole of the only chain of such.
/// Errors: InvalidArgument when there is none of the name or several to choose from, with a list; Corrupt without poses; and
/// those of open_video()
Result<BagPoses> read_bag_poses(const std::string& path, const std::string& name = {});

}  // namespace loci
