// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bag_reader.h"

#include "test_picture.h"

#include "loci/base/file.h"
#include "loci/video/bag_poses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::internal {
namespace {

using testing::HasSubstr;

std::vector<VideoFrame> all_frames(const std::string& path, const VideoOptions& options = {}) {
  std::vector<VideoFrame> out;
  const auto reader = open_bag(path, options).value();
  while (auto frame = reader->next().value()) out.push_back(std::move(*frame));
  EXPECT_EQ(reader->note(), "");
  return out;
}

int value_of(const VideoFrame& frame) { return frame.image.at(2, 20)[1]; }

class ByStyle : public testing::TestWithParam<BagStyle> {};

TEST_P(ByStyle, ImagesComeInOrderWithTheirTimesAndColours) {
  const TempFolder folder;
  BagWriter bag(folder / "drive.bag", GetParam());
  for (int i = 0; i < 20; ++i) write_raw(bag, "/camera/image_raw", 0.1 * i, 10 * i);
  bag.close();
  const auto reader = open_bag(folder / "drive.bag", {}).value();
  EXPECT_DOUBLE_EQ(reader->start_s(), BagWriter::kStart);
  const auto frames = all_frames(folder / "drive.bag");
  ASSERT_EQ(frames.size(), 20u);
  for (int i = 0; i < 20; ++i) {
    const VideoFrame& frame = frames[static_cast<size_t>(i)];
    EXPECT_NEAR(frame.stamp_s, 0.1 * i, 1e-6);
    EXPECT_EQ(frame.image.pixels, test_picture(10 * i).pixels);
    EXPECT_EQ(frame.photo.taken, 1'500'000'000 + i / 10);
    EXPECT_FALSE(frame.photo.position);
  }
}
INSTANTIATE_TEST_SUITE_P(Bag, ByStyle, testing::ValuesIn(bag_styles()), [](const auto& each) {
  return each.param.name;
});

TEST(BagReader, JpegImagesAndThinning) {
  const TempFolder folder;
  BagWriter bag(folder / "drive.bag");
  for (int i = 0; i < 20; ++i) write_jpeg(bag, "/camera/compressed", 0.1 * i, 10 * i);
  bag.close();
  const auto by_time = all_frames(folder / "drive.bag", {.every_s = 0.5});
  ASSERT_EQ(by_time.size(), 4u);
  EXPECT_NEAR(value_of(by_time[3]), 150, 4);
  const auto by_number = all_frames(folder / "drive.bag", {.every_frames = 7});
  ASSERT_EQ(by_number.size(), 3u);
  EXPECT_NEAR(value_of(by_number[2]), 140, 4);
}

TEST(BagReader, WithoutAStampTheTimeOfRecordingCounts) {
  const TempFolder folder;
  BagWriter bag(folder / "drive.bag");
  bag.raw_image("/image", 1, "rgb8", 64, 48, test_picture(1).pixels, false);
  bag.raw_image("/image", 3, "rgb8", 64, 48, test_picture(2).pixels, false);
  bag.close();
  EXPECT_NEAR(
      open_bag(folder / "drive.bag", {}).value()->start_s(), BagWriter::kStart + 1.05, 1e-6);
  EXPECT_NEAR(all_frames(folder / "drive.bag")[1].stamp_s, 2, 1e-6);
}

TEST(BagReader, AStampFarFromTheOthersIsNotBelieved) {
  for (const int wrong : {0, 2}) {
    const TempFolder folder;
    BagWriter bag(folder / "drive.bag");
    for (int i = 0; i < 5; ++i) {
      const double off_s = i == wrong ? 1e8 : 3;
      bag.raw_image("/image", i, "rgb8", 64, 48, test_picture(10 * i).pixels, true, off_s);
    }
    bag.close();
    EXPECT_NEAR(open_bag(folder / "drive.bag", {}).value()->start_s(), BagWriter::kStart + 3, 0.1);
    const auto frames = all_frames(folder / "drive.bag", {.every_s = 1});
    ASSERT_EQ(frames.size(), 5u) << wrong;
    for (int i = 0; i < 5; ++i) EXPECT_NEAR(frames[static_cast<size_t>(i)].stamp_s, i, 1e-6);
  }
}

TEST(BagReader, AmongSeveralTopicsOneMustBeChosen) {
  const TempFolder folder;
  BagWriter bag(folder / "two.bag");
  for (int i = 0; i < 3; ++i) write_raw(bag, "/left/image", i, 1);
  for (int i = 0; i < 2; ++i) write_raw(bag, "/right/image", i, 100);
  bag.imu("/imu", 0);
  bag.close();
  const Status several = open_bag(folder / "two.bag", {}).status();
  EXPECT_EQ(several.code(), Code::kInvalidArgument);
  EXPECT_THAT(several.message(), HasSubstr("--topic"));
  EXPECT_THAT(several.message(), HasSubstr("/left/image (rgb8 64 x 48, 3 messages)"));
  EXPECT_THAT(several.message(), HasSubstr("/right/image (rgb8 64 x 48, 2 messages)"));
  EXPECT_EQ(value_of(all_frames(folder / "two.bag", {.topic = "/right/image"})[0]), 100);
  EXPECT_EQ(all_frames(folder / "two.bag", {.topic = "left/image"}).size(), 3u);
  const Status unknown = open_bag(folder / "two.bag", {.topic = "/imu"}).status();
  EXPECT_EQ(unknown.code(), Code::kInvalidArgument);
  EXPECT_THAT(unknown.message(), HasSubstr("no images on topic '/imu'"));
}

TEST(BagReader, DepthBesideColourIsNoChoice) {
  const TempFolder folder;
  BagWriter bag(folder / "rgbd.bag");
  bag.raw_image("/depth/image", 0, "32FC1", 48, 48, test_picture(1).pixels);
  write_raw(bag, "/rgb/image_color", 0, 100);
  bag.close();
  EXPECT_EQ(value_of(all_frames(folder / "rgbd.bag")[0]), 100);
  const Status depth =
      open_bag(folder / "rgbd.bag", {.topic = "/depth/image"}).value()->next().status();
  EXPECT_EQ(depth.code(), Code::kUnsupported);
  EXPECT_THAT(depth.message(), HasSubstr("/depth/image"));
  EXPECT_THAT(depth.message(), HasSubstr("32FC1"));
}

TEST(BagReader, ABagWithoutImagesSaysWhatItHolds) {
  const TempFolder folder;
  BagWriter bag(folder / "imu.bag"), none(folder / "none.bag");
  for (int i = 0; i < 4; ++i) bag.imu("/imu/data", i);
  bag.close();
  none.close();
  const Status status = open_bag(folder / "imu.bag", {}).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), HasSubstr("without images"));
  EXPECT_THAT(status.message(), HasSubstr("/imu/data (sensor_msgs/Imu, 4 messages)"));
  EXPECT_THAT(open_bag(folder / "none.bag", {}).status().message(), HasSubstr("topics: none"));
}

TEST_P(ByStyle, PositionsComeFromTheReceiverAtTheTimeOfTheImage) {
  const TempFolder folder;
  BagWriter bag(folder / "gps.bag", GetParam());
  bag.fix("/fix", 0, 10, 20);
  bag.fix("/fix", 1, 10.002, 20.002);
  bag.fix("/fix", 5, 10.004, 20.004);
  bag.fix("/fix", 9, 50, 50, -1);  // no fix
  for (const double at : {0.25, 1.5, 3.0, 4.5, 9.0}) write_raw(bag, "/image", at, 0);
  bag.close();
  EXPECT_FALSE(all_frames(folder / "gps.bag")[0].photo.position) << "nobody asked";
  const auto frames = all_frames(folder / "gps.bag", {.positions = true});
  ASSERT_EQ(frames.size(), 5u);
  EXPECT_NEAR(frames[0].photo.position->lat, 10.0005, 1e-9);
  EXPECT_NEAR(frames[0].photo.position->lon, 20.0005, 1e-9);
  EXPECT_NEAR(*frames[0].photo.altitude_m, 1000.05, 1e-6);
  EXPECT_NEAR(frames[1].photo.position->lat, 10.002, 1e-9) << "the next fix is too far";
  EXPECT_NEAR(frames[3].photo.position->lat, 10.004, 1e-9);
  EXPECT_FALSE(frames[4].photo.position);
}

TEST(BagReader, AnImageThatIsDamagedIsPassedOverAndNamed) {
  const TempFolder folder;
  BagWriter bag(folder / "drive.bag"), bad(folder / "bad.bag");
  std::vector<uint8_t> broken = encode_jpeg(test_picture(0)).value();
  broken.resize(20);
  write_jpeg(bag, "/image", 0, 0);
  bag.compressed_image("/image", 1, broken);
  write_jpeg(bag, "/image", 2, 200);
  bad.compressed_image("/image", 0, broken);
  bag.close();
  bad.close();
  const auto reader = open_bag(folder / "drive.bag", {}).value();
  ASSERT_TRUE(reader->next().value());
  EXPECT_NEAR(value_of(*reader->next().value()), 200, 4);
  EXPECT_FALSE(reader->next().value());
  EXPECT_THAT(reader->note(), HasSubstr("1 of 3 images"));
  EXPECT_EQ(open_bag(folder / "bad.bag", {}).value()->next().status().code(), Code::kCorrupt);
}

TEST_P(ByStyle, TheFocalLengthIsThatOfTheCameraBesideTheImages) {
  const TempFolder folder;
  BagWriter bag(folder / "drive.bag", GetParam());
  bag.camera("/other/camera_info", 0, 640, 480, 100);
  bag.camera("/camera/camera_info", 0, 640, 480, 800);
  write_raw(bag, "/camera/image_raw", 0, 10);
  bag.close();
  const auto frames = all_frames(folder / "drive.bag", {.positions = true});
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_NEAR(frames[0].focal_35mm.value_or(0), 43.2666, 1e-3);  // the diagonal is 800 px
}

TEST_P(ByStyle, PosesAreThoseOfTheOnlyOdometryOrOfNamedFrames) {
  const TempFolder folder;
  const std::string path = folder / "drive.bag";
  BagWriter bag(path, GetParam());
  for (int i = 0; i < 4; ++i) {
    bag.odometry("/odom", i, 2 * i, 1);
    bag.transforms("/tf", i, 3 * i, 0);
  }
  bag.close();
  const BagPoses odometry = read_bag_poses(path).value();
  EXPECT_EQ(odometry.topic, "/odom");
  ASSERT_EQ(odometry.poses.size(), 4u);
  EXPECT_NEAR(odometry.poses[3].stamp_s, BagWriter::kStart + 3, 1e-6);
  EXPECT_DOUBLE_EQ(odometry.poses[3].pose.x, 6);
  EXPECT_DOUBLE_EQ(odometry.poses[3].pose.y, 1);
  EXPECT_TRUE(odometry.poses[3].turned);
  const BagPoses frames = read_bag_poses(path, "odom>base_link").value();
  ASSERT_EQ(frames.poses.size(), 4u);
  EXPECT_DOUBLE_EQ(frames.poses[2].pose.x, 6);
  const BagPoses chain = read_bag_poses(path, "odom>camera").value();  // by way of base_link
  ASSERT_EQ(chain.poses.size(), 4u);
  EXPECT_NEAR(chain.poses[2].stamp_s, BagWriter::kStart + 2, 1e-6);
  const Status none = read_bag_poses(path, "/nope").status();
  EXPECT_EQ(none.code(), Code::kInvalidArgument);
  EXPECT_THAT(none.message(), HasSubstr("/odom (4 poses), base_link>camera (4 poses)"));
}

TEST(BagPoses, WithoutOdometryTheTransformThatMovesIsTaken) {
  const TempFolder folder;
  BagWriter bag(folder / "tf.bag", "Mcap"), images(folder / "images.bag");
  for (int i = 0; i < 4; ++i) bag.transforms("/tf", i, 3 * i, 0);
  write_raw(images, "/image", 0, 0);
  bag.close();
  images.close();
  EXPECT_EQ(read_bag_poses(folder / "tf.bag").value().topic, "odom>base_link");
  EXPECT_EQ(read_bag_poses(folder / "images.bag").status().code(), Code::kCorrupt);
}

TEST(BagFolder, ARecordingOfSeveralFilesIsOneBag) {
  const TempFolder folder;
  const std::string path = folder / "run";
  ASSERT_TRUE(make_folders(path).ok());
  for (int part = 0; part < 2; ++part) {
    BagWriter bag(path + "/run_" + std::to_string(part) + ".db3", "Db3");
    for (int i = 0; i < 3; ++i) write_raw(bag, "/image", 3 * part + i, 10 * (3 * part + i));
    bag.close();
  }
  ASSERT_TRUE(write_file(path + "/metadata.yaml",
                         std::string_view("rosbag2_bagfile_information:\n  version: 5\n"
                                          "  relative_file_paths:\n    - run_0.db3\n"
                                          "    - \"../run/run_1.db3\"\n    - run_2.db3\n"
                                          "  duration:\n    nanoseconds: 5\n"))
                  .ok());
  EXPECT_TRUE(is_video_file(path));
  EXPECT_FALSE(is_video_file(folder.path()));
  const auto reader = open_video(path + "/").value();
  std::vector<int> values;
  while (auto frame = reader->next().value()) values.push_back(value_of(*frame));
  EXPECT_EQ(values, (std::vector<int>{0, 10, 20, 30, 40, 50}));
  EXPECT_THAT(reader->note(), HasSubstr("1 of its files cannot be read"));
  EXPECT_THAT(reader->note(), HasSubstr("run_2.db3"));
}

TEST(PackedBag, AFileBehindZstdIsReadThroughATemporaryCopy) {
  const TempFolder folder;
  BagWriter bag(folder / "drive.mcap", "Mcap");
  for (int i = 0; i < 3; ++i) write_raw(bag, "/image", i, 10 * i);
  bag.close();
  const std::vector<uint8_t> whole = read_file(folder / "drive.mcap").value();
  ASSERT_TRUE(write_file(folder / "drive.mcap.zstd", packed("zstd", whole)).ok());
  EXPECT_EQ(all_frames(folder / "drive.mcap.zstd").size(), 3u);
}

}  // namespace
}  // namespace loci::internal
