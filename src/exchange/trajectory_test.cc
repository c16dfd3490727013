// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/trajectory.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(TumTrajectory, IsReadSortedWithUnitQuaternions) {
  const TempFolder folder;
  const std::string path = folder / "t.txt";
  ASSERT_TRUE(write_file(path,
                         std::string_view("# time x y z qx qy qz qw\n"
                                          "2.5 1 2 3 0 0 0 1.001\r\n"
                                          "\n"
                                          "1.5\t4 5 6  0 0 0.70710678 0.70710678\n"))
                  .ok());
  const auto poses = read_tum_trajectory(path).value();
  ASSERT_EQ(poses.size(), 2u);
  EXPECT_EQ(poses[0].stamp_s, 1.5);
  EXPECT_EQ(poses[0].pose.y, 5);
  EXPECT_EQ(poses[1].pose.qw, 1);
  EXPECT_EQ(pose_at(poses, 2.4, 0.2)->pose.x, 1);
  EXPECT_EQ(pose_at(poses, 1.9, 1)->pose.x, 4);
  EXPECT_FALSE(pose_at(poses, 2, 0.2).has_value());
  EXPECT_EQ(pose_at(poses, 9, 10)->pose.x, 1);
}

TEST(TumTrajectory, FaultsAreNamedByLine) {
  const TempFolder folder;
  const std::string path = folder / "t.txt";
  const auto fault = [&](std::string_view text) {
    EXPECT_TRUE(write_file(path, text).ok());
    const Status status = read_tum_trajectory(path).status();
    EXPECT_EQ(status.code(), Code::kCorrupt);
    return status.message();
  };
  EXPECT_NE(fault("1 2 3 4 0 0 0 1\n2 3\n").find("line 2"), std::string::npos);
  EXPECT_NE(fault("1 2 x 4 0 0 0 1\n").find("'x'"), std::string::npos);
  EXPECT_NE(fault("1 2 3 4 0 0 0 0\n").find("quaternion"), std::string::npos);
  EXPECT_NE(fault("# nothing\n").find("no pose"), std::string::npos);
  EXPECT_EQ(read_tum_trajectory(folder / "none").status().code(), Code::kNotFound);
}

TEST(PoseGraph, HasVerticesOdometryAndLoops) {
  const TempFolder folder;
  const std::string path = folder / "g.g2o";
  const std::vector<int64_t> vertices{0, 2, 5};
  const std::vector<Pose> poses{{}, {1, 0, 0}, {3, 0, 0}};
  const std::vector<GraphLoop> loops{{5, 0}, {5, 1}};  // frame 1 has no pose
  ASSERT_TRUE(write_g2o(path, vertices, poses, loops, {.loop_sigma_m = 2}).ok());
  const auto lines = split(read_text_file(path).value(), '\n');
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[1], "VERTEX_SE3:QUAT 2 1 0 0 0 0 0 1");
  EXPECT_TRUE(lines[4].starts_with("EDGE_SE3:QUAT 2 5 2 0 0 0 0 0 1 400 0 0 0 0 0 400 "))
      << lines[4];
  EXPECT_TRUE(lines[5].starts_with("EDGE_SE3:QUAT 5 0 0 0 0 0 0 0 1 0.25 0 ")) << lines[5];
  EXPECT_EQ(split(lines[5], ' ').size(), 3u + 7 + 21);
  ASSERT_TRUE(write_g2o(path, {}, {}, loops).ok());
  EXPECT_EQ(split(read_text_file(path).value(), '\n').size(), 3u);
  EXPECT_FALSE(write_g2o(path, {}, {}, loops, {.loop_sigma_m = 0}).ok());
}

}  // namespace
}  // namespace loci
