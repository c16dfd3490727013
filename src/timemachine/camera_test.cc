// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/timemachine/camera.h"

#include "loci/base/file.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Camera, UnprojectUndoesProject) {
  const CameraPose c{.east_m = 3,
                     .north_m = -2,
                     .height_m = 1.7,
                     .heading_deg = 37,
                     .pitch_deg = 8,
                     .roll_deg = -5};
  const std::array<double, 3> point{12, 9, 4.5};
  const auto seen = project(c, point);
  ASSERT_TRUE(seen.has_value());
  const auto back = unproject(c, seen->x_px, seen->y_px, seen->depth_m);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(back[i], point[i], 1e-9);
}

TEST(Camera, HeadingIsClockwiseFromNorth) {
  // Looking east from the origin: a point to the east is in the middle, one to the south of it lies
  // to the right.
  const CameraPose c{.heading_deg = 90, .focal_px = 100, .width = 200, .height = 100};
  const auto ahead = project(c, {10, 0, 0});
  ASSERT_TRUE(ahead.has_value());
  EXPECT_NEAR(ahead->x_px, 100, 1e-9);
  EXPECT_NEAR(ahead->y_px, 50, 1e-9);
  EXPECT_NEAR(project(c, {10, -1, 0})->x_px, 110, 1e-9);
  EXPECT_NEAR(project(c, {10, 0, 1})->y_px, 40, 1e-9);
  EXPECT_FALSE(project(c, {-1, 0, 0}).has_value());
}

TEST(Camera, RollTurnsTheCameraClockwise) {
  // A camera rolled by 90 degrees clockwise sees what was above it on its left.
  const CameraPose c{.roll_deg = 90, .focal_px = 100, .width = 200, .height = 200};
  const auto above = project(c, {0, 10, 1});
  ASSERT_TRUE(above.has_value());
  EXPECT_NEAR(above->x_px, 90, 1e-9);
  EXPECT_NEAR(above->y_px, 100, 1e-9);
}

TEST(Camera, CorrespondencesOfAFlatWallFollowTheShift) {
  // A wall 10 m to the north; the second camera stands 1 m further east: everything moves f / 10 to
  // the left.
  CameraPose a{.focal_px = 100, .width = 100, .height = 80}, b = a;
  b.east_m = 1;
  const std::vector<float> depth(100 * 80, 10.0f);
  const auto found = correspondences(a, depth, b, depth, 4);
  ASSERT_GT(found.size(), 100u);
  for (const Correspondence& c : found) {
    EXPECT_NEAR(c.x2_px, c.x1_px - 10, 1e-4);
    EXPECT_NEAR(c.y2_px, c.y1_px, 1e-4);
  }
  // A car in front of the second camera takes all of them away.
  EXPECT_TRUE(correspondences(a, depth, b, std::vector<float>(100 * 80, 4.0f), 4).empty());
}

TEST(Poses, OfADamagedFileAreCorrupt) {
  const TempFolder folder;
  EXPECT_EQ(load_poses(folder.path()).status().code(), Code::kNotFound);
  ASSERT_TRUE(write_file(folder / "poses.csv", std::string_view("path,place\na,b\n")).ok());
  EXPECT_EQ(load_poses(folder.path()).status().code(), Code::kCorrupt);
  const std::string header =
      "path,place,east_m,north_m,height_m,heading_deg,pitch_deg,roll_deg,focal_px,width,height\n";
  ASSERT_TRUE(write_file(folder / "poses.csv", header + "a,b,1,2,3,4,5,6,7,wide,9\n").ok());
  EXPECT_EQ(load_poses(folder.path()).status().code(), Code::kCorrupt);
  ASSERT_TRUE(write_file(folder / "poses.csv", header + "a,b,1,2,3,4,5,6,7,64,48\n").ok());
  ASSERT_TRUE(load_poses(folder.path()).ok());
  EXPECT_EQ(load_poses(folder.path())->at(0).camera.height, 48);
}

}  // namespace
}  // namespace loci
