// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "drive_kinds.h"

#include "loci/base/text.h"

#include <algorithm>
#include <array>

// EuRoC: Burri et al., IJRR 2016; TUM VI: Schubert et al., IROS 2018; TUM RGB-D: Sturm et al., IROS 2012; KITTI: Geiger et
// al., CVPR 2012 and IJRR 2013; RobotCar: Maddern et al., IJRR 2017; 4Seasons: Wenzel et al., GCPR 2020.
namespace loci::cli {
namespace {

namespace fs = std::filesystem;
using Cameras = std::vector<DriveLayout>;

bool file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}
bool folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// The first of the files or folders that is there, or "".
std::string first_of(const fs::path& root, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (file(root / name) || folder(root / name)) return (root / name).lexically_normal().string();
  }
  return "";
}

Cameras euroc(const fs::path& root) {
  const fs::path body = folder(root / "mav0") ? root / "mav0" : root;
  Cameras out;
  for (const char* camera : {"cam0", "cam1", "cam2", "cam3"}) {
    if (!folder(body / camera / "data") || !file(body / camera / "data.csv")) continue;
    out.push_back(
        {.kind = "EuRoC",
         .frames = (body / camera / "data").string(),
         .times = (body / camera / "data.csv").string(),
         .poses = first_of(
             body,
             {"state_groundtruth_estimate0/data.csv", "mocap0/data.csv", "vicon0/data.csv"})});
  }
  return out;
}

Cameras tum_rgbd(const fs::path& root) {
  if (!file(root / "rgb.txt") || !folder(root / "rgb")) return {};
  return {{.kind = "TUM RGB-D",
           .frames = (root / "rgb").string(),
           .times = (root / "rgb.txt").string(),
           .poses = first_of(root, {"groundtruth.txt"})}};
}

Cameras kitti(const fs::path& root) {
  const std::string times = first_of(root, {"times.txt"});
  if (times.empty() && !file(root / "calib.txt")) return {};
  const std::string number = fs::absolute(root).lexically_normal().filename().string();
  Cameras out;
  for (const char* camera : {"image_2", "image_0", "image_3", "image_1"}) {
    if (!folder(root / camera)) continue;
    std::string poses = first_of(root, {"poses.txt"});
    if (poses.empty())
      poses = first_of(fs::absolute(root).lexically_normal() / "../../poses",
                       {(number + ".txt").c_str()});
    out.push_back(
        {.kind = "KITTI", .frames = (root / camera).string(), .times = times, .poses = poses});
  }
  return out;
}

Cameras kitti_raw(const fs::path& root) {
  Cameras out;
  for (const char* camera : {"image_02", "image_00", "image_03", "image_01"}) {
    const fs::path at = root / camera;
    if (!folder(at / "data") || !file(at / "timestamps.txt")) continue;
    const bool poses = file(root / "oxts/timestamps.txt") && folder(root / "oxts/data");
    out.push_back({.kind = "KITTI raw",
                   .frames = (at / "data").string(),
                   .times = (at / "timestamps.txt").string(),
                   .poses = poses ? (root / "oxts").string() : ""});
  }
  return out;
}

/// Whether a photograph of the folder is named by 16 digits, microseconds since 1970.
bool named_in_microseconds(const fs::path& at) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(at, error)) {
    const std::string stem = entry.path().stem().string();
    if (stem.starts_with(".")) continue;
    return stem.size() == 16 && stem.find_first_not_of("0123456789") == std::string::npos;
  }
  return false;
}

Cameras robotcar(const fs::path& root) {
  Cameras out;
  for (const char* camera :
       {"stereo/centre", "stereo/left", "stereo/right", "mono_left", "mono_rear", "mono_right"}) {
    if (!folder(root / camera) || !named_in_microseconds(root / camera)) continue;
    out.push_back({.kind = "RobotCar",
                   .frames = (root / camera).string(),
                   .poses = first_of(root, {"rtk.csv", "gps/rtk.csv", "gps/ins.csv"})});
  }
  return out;
}

Cameras four_seasons(const fs::path& root) {
  Cameras out;
  for (const char* camera : {"undistorted_images/cam0",
                             "distorted_images/cam0",
                             "undistorted_images/cam1",
                             "distorted_images/cam1"}) {
    if (!folder(root / camera)) continue;
    out.push_back({.kind = "4Seasons",
                   .frames = (root / camera).string(),
                   .times = first_of(root, {"times.txt"}),
                   .poses = first_of(root, {"GNSSPoses.txt", "result.txt"})});
  }
  return out;
}

}  // namespace

std::vector<DriveLayout> cameras_of(const fs::path& root) {
  for (const auto& kind : {euroc, tum_rgbd, kitti, kitti_raw, robotcar, four_seasons}) {
    if (Cameras found = kind(root); !found.empty()) return found;
  }
  return {};
}

}  // namespace loci::cli
