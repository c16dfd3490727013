// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "drive_layout.h"

#include "loci/base/file.h"
#include "loci/image/encode.h"
#include "loci/image/sketch.h"

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

// Layouts of folders as the archives of the data sets unpack, with frames of a few pixels.
namespace loci::cli {
namespace {

namespace fs = std::filesystem;

class Drives : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return folder_ / name; }
  void text(const std::string& name, std::string_view content) const {
    fs::create_directories(fs::path(at(name)).parent_path());
    ASSERT_TRUE(write_file(at(name), content).ok());
  }
  void frame(const std::string& name) const {
    fs::create_directories(fs::path(at(name)).parent_path());
    ASSERT_TRUE(write_file(at(name), encode_jpeg(sketch_place(1, 1, 16, 12), 90).value()).ok());
  }
  /// What `folder` is, which must be something.
  DriveLayout drive(const std::string& folder) const {
    auto found = recognise_drive(at(folder));
    EXPECT_TRUE(found.ok()) << found.status().message();
    EXPECT_TRUE(found.ok() && *found) << folder;
    return found.ok() && *found ? **found : DriveLayout{};
  }
  std::vector<std::string> names(const DriveLayout& layout) const {
    std::vector<std::string> out;
    for (const TimedFile& file : layout.files)
      out.push_back(fs::path(file.path).filename().string());
    return out;
  }
  bool same(const std::string& path, const std::string& name) const {
    std::error_code error;
    return fs::equivalent(path, at(name), error);
  }
  TempFolder folder_;
};

using Names = std::vector<std::string>;

TEST_F(Drives, EurocsAreKnownByTheListOfOneCameraNotOfAll) {
  text("MH_01/mav0/cam0/data.csv",
       "#timestamp [ns],filename\r\n1403636579763555584,1403636579763555584.jpg\r\n"
       "1403636579813555456,1403636579813555456.jpg\r\n1403636579863555584,gone.jpg\r\n");
  for (const char* camera : {"cam0", "cam1"})
    for (const char* name : {"1403636579813555456.jpg", "1403636579763555584.jpg"})
      frame(std::string("MH_01/mav0/") + camera + "/data/" + name);
  text("MH_01/mav0/cam1/data.csv", "#timestamp [ns],filename\n");
  text("MH_01/mav0/cam0/sensor.yaml",
       "T_BS:\n  cols: 4\n  rows: 4\n  data: [0.0, -1.0, 0.0, -0.02,\n         1.0, 0.0, 0.0, "
       "-0.06,\n"
       "         0.0, 0.0, 1.0, 0.01,\n         0.0, 0.0, 0.0, 1.0]\n");
  text("MH_01/mav0/state_groundtruth_estimate0/data.csv", "#timestamp\n");
  text("MH_01/__MACOSX/mav0/cam0/data.csv", "");
  for (const char* place :
       {"MH_01", "MH_01/", "MH_01/mav0", "MH_01/mav0/cam0", "MH_01/mav0/cam0/data"}) {
    const DriveLayout layout = drive(place);
    EXPECT_EQ(layout.kind, "EuRoC") << place;
    EXPECT_EQ(names(layout), (Names{"1403636579763555584.jpg", "1403636579813555456.jpg"}))
        << place;
    EXPECT_NEAR(layout.files[1].stamp_s, 1403636579.813555, 1e-6);
    EXPECT_EQ(layout.absent, 1);
    EXPECT_TRUE(same(layout.frames, "MH_01/mav0/cam0/data")) << layout.frames;
    EXPECT_TRUE(same(layout.poses, "MH_01/mav0/state_groundtruth_estimate0/data.csv"));
    ASSERT_TRUE(layout.camera.has_value());
    EXPECT_EQ(layout.camera->y, -0.06);
    EXPECT_NEAR(std::abs(layout.camera->qz), std::sqrt(0.5), 1e-9);
  }
  EXPECT_TRUE(same(drive("MH_01/mav0/cam1").frames, "MH_01/mav0/cam1/data"));
}

TEST_F(Drives, TumsFramesComeFromTheListAndDepthIsNoFrame) {
  text("fr1/rgb.txt",
       "# color images\n# timestamp filename\n1305031102.175304 rgb/1305031102.175304.jpg\n"
       "1305031102.211214 rgb/1305031102.211214.jpg\n");
  for (const char* name : {"1305031102.175304.jpg", "1305031102.211214.jpg"}) {
    frame(std::string("fr1/rgb/") + name);
    frame(std::string("fr1/depth/") + name);
  }
  text("fr1/groundtruth.txt", "# ground truth\n");
  const DriveLayout layout = drive("fr1");
  EXPECT_EQ(layout.kind, "TUM RGB-D");
  EXPECT_EQ(layout.files.size(), 2U);
  EXPECT_DOUBLE_EQ(layout.files[0].stamp_s, 1305031102.175304);
  EXPECT_TRUE(same(layout.poses, "fr1/groundtruth.txt"));
}

TEST_F(Drives, KittisSequencesHaveTheirTimesAndTheirPosesTwoFoldersAbove) {
  for (const char* camera : {"image_0", "image_2"})
    for (const char* name : {"000000.jpg", "000001.jpg", "000002.jpg"})
      frame(std::string("dataset/sequences/00/") + camera + "/" + name);
  text("dataset/sequences/00/times.txt", "0.000000e+00\n1.037875e-01\n2.073360e-01\n");
  text("dataset/sequences/00/calib.txt", "P0: 1\n");
  text("dataset/poses/00.txt", "1 0 0 0 0 1 0 0 0 0 1 0\n");
  for (const char* place : {"dataset", "dataset/sequences", "dataset/sequences/00"}) {
    const DriveLayout layout = drive(place);
    EXPECT_EQ(layout.kind, "KITTI") << place;
    EXPECT_TRUE(same(layout.frames, "dataset/sequences/00/image_2")) << layout.frames;
    ASSERT_EQ(layout.files.size(), 3U);
    EXPECT_DOUBLE_EQ(layout.files[2].stamp_s, 0.2073360);
    EXPECT_TRUE(same(layout.poses, "dataset/poses/00.txt")) << layout.poses;
  }
  EXPECT_TRUE(same(drive("dataset/sequences/00/image_0").frames, "dataset/sequences/00/image_0"));
  frame("dataset/sequences/07/image_2/000000.jpg");
  text("dataset/sequences/07/calib.txt", "P0: 1\n");
  const auto several = recognise_drive(at("dataset"));
  ASSERT_FALSE(several.ok());
  EXPECT_NE(several.status().message().find("2 drives of KITTI"), std::string::npos)
      << several.status().message();
  const DriveLayout untimed = drive("dataset/sequences/07");
  EXPECT_FALSE(untimed.timed);
  EXPECT_EQ(untimed.poses, "");
}

TEST_F(Drives, KittisRawFramesHaveTheTimesOfTheirNumbersThoughSomeAreMissing) {
  const std::string root = "2011_09_26/2011_09_26_drive_0001_sync/";
  text(root + "image_02/timestamps.txt",
       "2011-09-26 13:02:25.964389445\n2011-09-26 13:02:26.074389445\n2011-09-26 "
       "13:02:26.164389445\n");
  frame(root + "image_02/data/0000000000.jpg");
  frame(root + "image_02/data/0000000002.jpg");
  text(root + "oxts/timestamps.txt", "2011-09-26 13:02:25.964389445\n");
  text(root + "oxts/data/0000000000.txt", "49 8 0 0 0 0\n");
  const DriveLayout layout = drive("2011_09_26");
  EXPECT_EQ(layout.kind, "KITTI raw");
  ASSERT_EQ(layout.files.size(), 2U);
  EXPECT_NEAR(layout.files[1].stamp_s - layout.files[0].stamp_s, 0.2, 1e-6);
  EXPECT_TRUE(same(layout.poses, root + "oxts"));
}

TEST_F(Drives, RobotCarsMicrosecondsAreTimesAndTheCentreCameraIsTaken) {
  for (const char* camera : {"mono_rear", "stereo/left", "stereo/centre"})
    frame(std::string("2014-05-19-13-20-57/") + camera + "/1400505794141322.jpg");
  frame("2014-05-19-13-20-57/stereo/centre/1400505794203818.jpg");
  text("2014-05-19-13-20-57/gps/ins.csv", "timestamp,northing,easting\n");
  const DriveLayout layout = drive("2014-05-19-13-20-57");
  EXPECT_EQ(layout.kind, "RobotCar");
  EXPECT_EQ(layout.files.size(), 2U);
  EXPECT_DOUBLE_EQ(layout.files[0].stamp_s, 1400505794.141322);
  EXPECT_TRUE(same(layout.frames, "2014-05-19-13-20-57/stereo/centre"));
  EXPECT_TRUE(same(layout.poses, "2014-05-19-13-20-57/gps/ins.csv"));
  EXPECT_TRUE(same(drive("2014-05-19-13-20-57/mono_rear").frames, "2014-05-19-13-20-57/mono_rear"));
}

TEST_F(Drives, FourSeasonsFramesHaveTheSecondsOfTheirList) {
  const std::string root = "recording_2020-03-24_17-36-22/";
  for (const char* camera : {"undistorted_images/cam0", "undistorted_images/cam1"})
    for (const char* name : {"1585067785168549120.jpg", "1585067785201882880.jpg"})
      frame(root + camera + "/" + name);
  text(root + "times.txt",
       "1585067785168549120 1585067785.268549 1.5\n1585067785201882880 1585067785.301883 1.5\n");
  text(root + "GNSSPoses.txt", "# frame_id\n");
  const DriveLayout layout = drive("recording_2020-03-24_17-36-22");
  EXPECT_EQ(layout.kind, "4Seasons");
  ASSERT_EQ(layout.files.size(), 2U);
  EXPECT_DOUBLE_EQ(layout.files[1].stamp_s, 1585067785.301883);
  EXPECT_TRUE(same(layout.poses, root + "GNSSPoses.txt"));
}

TEST_F(Drives, AFolderOfPhotographsIsNoDrive) {
  frame("holiday/rgb/a.jpg");
  frame("holiday/stereo/left/b.jpg");
  frame("holiday/image_2/c.jpg");
  const auto found = recognise_drive(at("holiday"));
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->has_value());
}

}  // namespace
}  // namespace loci::cli
