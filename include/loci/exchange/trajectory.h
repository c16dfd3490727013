// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/pose.h"
#include "loci/base/status.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// Poses by time, as TUM's RGB-D tools and evo write them: lines of `time x y z qx qy qz qw`, '#'
/// begins a comment. Sorted by time; quaternions are scaled to unit length.
/// Errors: NotFound, Io; Corrupt naming the line
Result<std::vector<TimedPose>> read_tum_trajectory(const std::string& path);

/// The pose nearest in time, if it is at most `max_gap_s` away. `trajectory` is sorted by time.
std::optional<TimedPose> pose_at(std::span<const TimedPose> trajectory,
                                 double stamp_s,
                                 double max_gap_s);

/// One loop of a pose graph: frames are vertices.
struct GraphLoop {
  int64_t from = 0, to = 0;
};

struct PoseGraphOptions {
  double loop_sigma_m = 3;
  double loop_sigma_deg = 15;
  double odometry_sigma_m = 0.05;
  double odometry_sigma_deg = 0.5;
};

/// Writes a pose graph for g2o, GTSAM and Ceres' example (VERTEX_SE3:QUAT, EDGE_SE3:QUAT).
///
/// `poses[i]` is the odometry's pose of vertex `vertices[i]`, in the order of the drive: written as
/// vertices and as edges between neighbours. Without poses only loops are written, to be appended
/// to a graph whose vertices are numbered by frame.
///
/// A loop says that two frames show one place, and not how they lie to each other: its edge carries
/// the identity, with the information of loop_sigma_m and loop_sigma_deg (1 / sigma^2 on the
/// diagonal). Loops of frames that have no pose are left out where there are poses.
/// Errors: InvalidArgument for sigmas that are not positive; Io. Contract: equal lengths
Status write_g2o(const std::string& path,
                 std::span<const int64_t> vertices,
                 std::span<const Pose> poses,
                 std::span<const GraphLoop> loops,
                 const PoseGraphOptions& options = {});

}  // namespace loci
