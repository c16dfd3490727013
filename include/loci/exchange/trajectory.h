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

/// Poses of a drive.
struct Trajectory {
  std::vector<TimedPose>
      poses;                  ///< sorted by time; by_row: in the order of the file, without times
  bool by_row = false;        ///< the i-th pose is of the i-th frame (KITTI)
  int64_t skipped = 0;        ///< rows without a pose (not a number, too few fields)
  std::string first_skipped;  ///< "line 7: 'nan' is no position"
};

/// Reads what programs write poses as:
///
///   time x y z qx qy qz qw      TUM's RGB-D tools, evo, ORB-SLAM
///   twelve numbers a row        KITTI: the upper three rows of a camera-to-world matrix, no times
///   a csv of EuRoC              timestamp [ns], position, quaternion with w first, and more
///   named columns               a header such as `num t x y z qx qy qz qw`
///   ... scale quality            4Seasons' GNSSPoses.txt: TUM's eight fields and two more
///   timestamp, northing, easting Oxford RobotCar's ins.csv and rtk.csv, rows whose solution is good
///   a folder oxts               KITTI's raw data: timestamps.txt and data/
///
/// The last two say where a vehicle was: the pose is that of a level camera on it that looks ahead, in east, north, up.
///
/// Fields are separated by blanks, tabs, commas or semicolons; '#' begins a comment. A byte-order mark and a header are
/// passed over. Times of 19, 16 and 13 digits are nanoseconds, microseconds and milliseconds. A row that holds no pose
/// is counted and left out; one whose quaternion is 0 has a position and no turn (`turned` is false).
/// Errors: NotFound, Io; Corrupt when most rows hold no pose, naming the first
Result<Trajectory> read_trajectory(const std::string& path);

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
