// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "visit.h"

#include "loci/base/geo.h"
#include "loci/image/image.h"
#include "loci/timemachine/camera.h"

#include <string>

namespace loci::town {

/// Where the town's own origin lies: a place in the Atlantic on the middle of zone 26, so that grid
/// and true north agree.
constexpr double kOriginEast = 500000, kOriginNorth = 4983000;
constexpr int kZone = 26;
constexpr char kBand = 'T';

struct Shot {
  Visit visit;
  CameraPose camera;  ///< in the frame of the plan
  int place = 0, time = 0;
  int split = 0;  ///< 0 test, 1 train, 2 val
  bool query = false;
};
const char* split_name(int split);
/// "images/test/database/@...@.jpg"
std::string image_path(const Shot& shot);
/// The path of the depth picture of an image path.
std::string depth_path(const std::string& image);
std::string pose_header();
std::string pose_row(const Shot& shot, const std::string& path);
Status write_image(const std::string& folder, const Shot& shot, const Image& image, int quality);
/// A float16 .npy of height x width.
Status write_depth(const std::string& path, int width, int height, const std::vector<float>& depth);

}  // namespace loci::town
