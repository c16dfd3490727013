// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace loci {

/// A pinhole camera in the metric frame of a simulated town: x east, y north, z up, metres. The
/// principal point is the middle of the picture; the centre of pixel (i, j) is at (i + 0.5, j +
/// 0.5), y downwards.
struct CameraPose {
  double east_m = 0, north_m = 0, height_m = 0;
  double heading_deg = 0;  ///< of the optical axis, clockwise from north
  double pitch_deg = 0;    ///< upwards
  double roll_deg = 0;     ///< clockwise as seen from behind the camera
  double focal_px = 500;
  int width = 640, height = 480;
};

/// A point of a picture and its distance along the optical axis.
struct Projection {
  double x_px = 0, y_px = 0;
  double depth_m = 0;
};

/// Where a point (east, north, up) is seen; nothing when it lies behind the camera. It may lie
/// outside the picture.
std::optional<Projection> project(const CameraPose& camera, const std::array<double, 3>& point_m);
/// The point seen at a pixel position with a depth along the optical axis.
std::array<double, 3> unproject(const CameraPose& camera, double x_px, double y_px, double depth_m);

/// A camera of poses.csv with the picture it made.
struct PoseRecord {
  std::string path;  ///< relative to the folder
  std::string place;
  CameraPose camera;
};
/// Reads poses.csv of a folder written by simulate_town.
/// Errors: NotFound, Io; Corrupt naming the line and column
Result<std::vector<PoseRecord>> load_poses(const std::string& folder);

/// The depth picture that belongs to an image path of poses.csv: height x width metres along the
/// optical axis, 0 where there is sky. NotFound when the town was written without depth.
Result<std::vector<float>> load_depth(const std::string& folder, const PoseRecord& record);

/// The same point of the town in two pictures.
struct Correspondence {
  float x1_px, y1_px, x2_px, y2_px;
};
/// Takes every `step`-th pixel of the first picture into the second and keeps it where the second
/// sees the same surface: depths agree within `tolerance` (relative). Cars and people that moved
/// are therefore left out.
std::vector<Correspondence> correspondences(const CameraPose& first,
                                            const std::vector<float>& first_depth,
                                            const CameraPose& second,
                                            const std::vector<float>& second_depth,
                                            int step = 8,
                                            double tolerance = 0.02);

}  // namespace loci
