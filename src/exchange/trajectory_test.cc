// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/trajectory.h"

#include "loci/base/file.h"
#include "loci/base/text.h"

#include <cmath>

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
  const auto poses = read_trajectory(path).value().poses;
  ASSERT_EQ(poses.size(), 2u);
  EXPECT_EQ(poses[0].stamp_s, 1.5);
  EXPECT_EQ(poses[0].pose.y, 5);
  EXPECT_EQ(poses[1].pose.qw, 1);
  EXPECT_EQ(pose_at(poses, 2.4, 0.2)->pose.x, 1);
  EXPECT_EQ(pose_at(poses, 1.9, 1)->pose.x, 4);
  EXPECT_FALSE(pose_at(poses, 2, 0.2).has_value());
  EXPECT_EQ(pose_at(poses, 9, 10)->pose.x, 1);
}

Result<Trajectory> read(std::string_view text) {
  const TempFolder folder;
  EXPECT_TRUE(write_file(folder / "t.txt", text).ok());
  return read_trajectory(folder / "t.txt");
}

TEST(Trajectory, MarksHeadersCommentsAndOddRowsRefuseNothing) {
  const std::string rows = "100.0 1 2 3 0 0 0 1\n100.1 4 5 6 0 0 0 1\n100.2 7 8 9 0 0 0 1\n";
  for (const std::string& text :
       {"\xEF\xBB\xBF" + rows,
        "timestamp tx ty tz qx qy qz qw\n" + rows,
        "# ground truth\n\n" + rows,
        std::string("100.0,1,2,3,0,0,0,1 # ok\r100.1;4;5;6;0;0;0;1\r\n100.2\t7\t8\t9\t0\t0\t0\t1"),
        std::string("num t x y z qx qy qz qw\n0 100.0 1 2 3 0 0 0 1\n1 100.1 4 5 6 0 0 0 1\n2 "
                    "100.2 7 8 9 0 0 0 1\n"),
        rows + "100.3 nan nan nan 0 0 0 1\n"}) {
    const auto found = read(text);
    ASSERT_TRUE(found.ok()) << text << found.status().message();
    ASSERT_EQ(found->poses.size(), 3u) << text;
    EXPECT_EQ(found->poses[1].stamp_s, 100.1) << text;
    EXPECT_EQ(found->poses[1].pose.y, 5) << text;
  }
  EXPECT_EQ(read(rows + "100.3 nan 1 1 0 0 0 1\n")->skipped, 1);
  EXPECT_EQ(read(rows + "100.3 nan 1 1 0 0 0 1\n")->first_skipped, "line 4: 'nan' is no number");
  const auto unturned = read("100.0 1 2 3 0 0 0 0\n" + rows);
  ASSERT_TRUE(unturned.ok());
  EXPECT_FALSE(unturned->poses[0].turned);
}

TEST(Trajectory, StampsInSmallerUnitsAndEurocsOrderAreUnderstood) {
  const auto euroc = read(
      "#timestamp [ns],p_RS_R_x [m],p_RS_R_y [m],p_RS_R_z [m],q_RS_w [],q_RS_x [],q_RS_y [],q_RS_z "
      "[],v,v,v,v,v,v,v,v,v\n"
      "1403636579763555584,1,2,3,1,0,0,0,0,0,0,0,0,0,0,0,0\n");
  ASSERT_TRUE(euroc.ok()) << euroc.status().message();
  EXPECT_NEAR(euroc->poses[0].stamp_s, 1403636579.763555584, 1e-6);
  EXPECT_EQ(euroc->poses[0].pose.qw, 1);
  EXPECT_NEAR(read("1403636579763555 1 2 3 0 0 0 1\n")->poses[0].stamp_s, 1403636579.763555, 1e-6);
  EXPECT_NEAR(read("1403636579763 1 2 3 0 0 0 1\n")->poses[0].stamp_s, 1403636579.763, 1e-6);
}

TEST(Trajectory, KittisMatricesAreByRow) {
  // A quarter turn about y, and the unit matrix.
  const auto kitti = read("0 0 1 5 0 1 0 6 -1 0 0 7\n1 0 0 1 0 1 0 2 0 0 1 3\n");
  ASSERT_TRUE(kitti.ok()) << kitti.status().message();
  EXPECT_TRUE(kitti->by_row);
  ASSERT_EQ(kitti->poses.size(), 2u);
  EXPECT_EQ(kitti->poses[0].pose.z, 7);
  EXPECT_NEAR(kitti->poses[0].pose.qy, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(kitti->poses[0].pose.qw, std::sqrt(0.5), 1e-12);
  EXPECT_EQ(kitti->poses[1].pose.qw, 1);
}

TEST(Trajectory, WhatHoldsNoPosesSaysSo) {
  for (const std::string_view text :
       {"", "hello world\n", "1 2 3\n", "1 2 3 4 5 6 7\n1 2 3 4 5 6 7\n"})
    EXPECT_EQ(read(text).status().code(), Code::kCorrupt) << text;
  EXPECT_NE(read("1 2 3\n").status().message().find("line 1: 3 numbers"), std::string::npos);
  EXPECT_EQ(read_trajectory("/none").status().code(), Code::kNotFound);
}

TEST(Trajectory, FourSeasonsPosesHaveAScaleAndAQualityBehindThem) {
  const TempFolder folder;
  const std::string path = folder / "GNSSPoses.txt";
  ASSERT_TRUE(write_file(path,
                         std::string_view("# frame_id, translation (t_x, t_y, t_z), rotation "
                                          "quaternion (q_x, q_y, q_z, w), scale, quality, v3\n"
                                          "1585067785168549120,1,2,3,0,0,0,1,1.01,0.5\n"))
                  .ok());
  const auto poses = read_trajectory(path).value().poses;
  ASSERT_EQ(poses.size(), 1U);
  EXPECT_NEAR(poses[0].stamp_s, 1585067785.168549, 1e-5);
  EXPECT_EQ(poses[0].pose.z, 3);
}

/// Directions of a camera in east, north, up.
void expect_looks(const Pose& pose, std::array<double, 3> ahead) {
  const auto z = rotate(pose, {0, 0, 1}), y = rotate(pose, {0, 1, 0});
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(z[i], ahead[i], 1e-9) << i;
  EXPECT_NEAR(y[2], -1, 1e-9);  // down
}

TEST(Trajectory, AVehiclesPosesAreThoseOfACameraThatLooksAhead) {
  const TempFolder folder;
  const std::string path = folder / "ins.csv";
  ASSERT_TRUE(
      write_file(path,
                 std::string_view(
                     "timestamp,ins_status,latitude,longitude,altitude,northing,easting,"
                     "down,utm_zone,velocity_north,velocity_east,velocity_down,roll,pitch,yaw\n"
                     "1400505794141322,INS_SOLUTION_GOOD,51.7,-1.2,110,5735000,620000,-110,30U,"
                     "0,0,0,0,0,1.5707963267948966\n"
                     "1400505794161322,INS_BAD_GPS_AGREEMENT,0,0,0,9,9,9,30U,0,0,0,0,0,0\n"
                     "1400505794181322,INS_SOLUTION_GOOD,51.7,-1.2,110,5735001,620000,-111,30U,"
                     "0,0,0,0,0,0\n"))
          .ok());
  const Trajectory inertial = read_trajectory(path).value();
  ASSERT_EQ(inertial.poses.size(), 2U);
  EXPECT_EQ(inertial.skipped, 1);
  EXPECT_NEAR(inertial.poses[0].stamp_s, 1400505794.141322, 1e-6);
  EXPECT_EQ(inertial.poses[0].pose.x, 620000);
  EXPECT_EQ(inertial.poses[1].pose.z, 111);
  expect_looks(inertial.poses[0].pose, {1, 0, 0});  // yaw 90 from north is east
  expect_looks(inertial.poses[1].pose, {0, 1, 0});
}

TEST(Trajectory, KittisInertialFolderIsReadByItsRows) {
  const TempFolder folder;
  const std::string oxts = folder / "oxts";
  ASSERT_TRUE(make_folders(oxts + "/data").ok());
  ASSERT_TRUE(write_file(oxts + "/timestamps.txt",
                         std::string_view("2011-09-26 13:02:25.964389445\n"
                                          "2011-09-26 13:02:26.064389445\n"
                                          "2011-09-26 13:02:26.164389445\n"))
                  .ok());
  const auto row = [&](int i, double lat, double yaw) {
    const std::string text = std::to_string(lat) + " 8.43 116 0 0 " + std::to_string(yaw) + " 1 2";
    ASSERT_TRUE(
        write_file(oxts + "/data/000000000" + std::to_string(i) + ".txt", std::string_view(text))
            .ok());
  };
  row(0, 49, 0);
  row(2, 49.001, 1.5707963267948966);
  const Trajectory drive = read_trajectory(oxts).value();
  ASSERT_EQ(drive.poses.size(), 2U);  // the second file is not there
  EXPECT_EQ(drive.skipped, 1);
  EXPECT_NEAR(drive.poses[1].stamp_s - drive.poses[0].stamp_s, 0.2, 1e-6);
  EXPECT_NEAR(drive.poses[1].pose.y - drive.poses[0].pose.y, 111.2, 0.3);
  expect_looks(drive.poses[0].pose, {1, 0, 0});  // yaw 0 is east
  const auto ahead = rotate(drive.poses[1].pose, {0, 0, 1});
  EXPECT_NEAR(ahead[1], 1, 1e-6);
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
