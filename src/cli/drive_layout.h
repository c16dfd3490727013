// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/pose.h"
#include "loci/base/status.h"

#include <optional>
#include <string>
#include <vector>

namespace loci::cli {

/// A frame that lies in a file.
struct TimedFile {
  std::string path;
  double stamp_s = 0;
};

/// A drive whose folders are those of a public data set.
struct DriveLayout {
  std::string kind;              ///< "EuRoC", "KITTI raw", ...
  std::string frames;            ///< folder of one camera
  std::vector<TimedFile> files;  ///< its photographs with their times, in their order
  bool timed = true;             ///< false: no file says the times, and stamp_s is 0
  std::string times;             ///< the file that says them; "" for the names
  std::string poses;             ///< true poses, for PoseFile::read; "" where there are none
  std::optional<Pose> camera;    ///< in the body that `poses` move; nothing: they are the camera's
  int64_t absent = 0;            ///< frames that are listed and not there
};

/// Recognises, by what lies in a folder:
///
///   EuRoC, TUM VI   [mav0/]cam0/data with data.csv; state_groundtruth_estimate0, mocap0 or vicon0
///   TUM RGB-D       rgb.txt and rgb/; groundtruth.txt
///   KITTI           image_2 (0, 3, 1) with times.txt or calib.txt; poses.txt, ../../poses/NN.txt
///   KITTI raw       image_02 (00, 03, 01) with data/ and timestamps.txt; oxts/
///   RobotCar        stereo/centre (left, right) or mono_left, mono_rear, mono_right with microseconds as names;
///                   rtk.csv, gps/rtk.csv, gps/ins.csv
///   4Seasons        undistorted_images/cam0 or distorted_images/cam0, times.txt; GNSSPoses.txt, result.txt
///
/// The folder may be the drive, one of those in it (which chooses the camera) or up to two above it.
/// Errors: InvalidArgument when several drives lie in the folder, naming them
Result<std::optional<DriveLayout>> recognise_drive(const std::string& folder);

/// "EuRoC: 3682 frames of mav0/cam0/data, times of data.csv, poses of ..."
std::string describe_layout(const DriveLayout& layout);

}  // namespace loci::cli
