// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "test_bag.h"

#include "loci/base/file.h"

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

class ByCompression : public testing::TestWithParam<rosbag::CompressionType> {};

TEST_P(ByCompression, ImagesComeInOrderWithTheirTimesAndColours) {
  const TempFolder folder;
  TestBag bag(folder / "drive.bag", GetParam());
  for (int i = 0; i < 20; ++i) bag.write("/camera/image_raw", 0.1 * i, raw_message(test_picture(10 * i)));
  bag.close();
  const auto reader = open_bag(folder / "drive.bag", {}).value();
  EXPECT_DOUBLE_EQ(reader->start_s(), TestBag::kStart);
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
INSTANTIATE_TEST_SUITE_P(Bag,
                         ByCompression,
                         testing::Values(rosbag::compression::Uncompressed,
                                         rosbag::compression::BZ2,
                                         rosbag::compression::LZ4));

TEST(BagReader, JpegImagesAndThinning) {
  const TempFolder folder;
  TestBag bag(folder / "drive.bag");
  for (int i = 0; i < 20; ++i) bag.write("/camera/compressed", 0.1 * i, jpeg_message(test_picture(10 * i)));
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
  TestBag bag(folder / "drive.bag");
  bag.write("/image", 1, raw_message(test_picture(1)), false);
  bag.write("/image", 3, raw_message(test_picture(2)), false);
  bag.close();
  EXPECT_NEAR(open_bag(folder / "drive.bag", {}).value()->start_s(), TestBag::kStart + 1.05, 1e-6);
  EXPECT_NEAR(all_frames(folder / "drive.bag")[1].stamp_s, 2, 1e-6);
}

TEST(BagReader, AmongSeveralTopicsOneMustBeChosen) {
  const TempFolder folder;
  TestBag bag(folder / "two.bag");
  for (int i = 0; i < 3; ++i) bag.write("/left/image", i, raw_message(test_picture(1)));
  for (int i = 0; i < 2; ++i) bag.write("/right/image", i, raw_message(test_picture(100)));
  bag.write("/imu", 0, sensor_msgs::Imu());
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
  TestBag bag(folder / "rgbd.bag");
  bag.write("/depth/image", 0, raw_message(test_picture(1), "32FC1"));
  bag.write("/rgb/image_color", 0, raw_message(test_picture(100)));
  bag.close();
  EXPECT_EQ(value_of(all_frames(folder / "rgbd.bag")[0]), 100);
  const Status depth = open_bag(folder / "rgbd.bag", {.topic = "/depth/image"}).value()->next().status();
  EXPECT_EQ(depth.code(), Code::kUnsupported);
  EXPECT_THAT(depth.message(), HasSubstr("/depth/image"));
  EXPECT_THAT(depth.message(), HasSubstr("32FC1"));
}

TEST(BagReader, ABagWithoutImagesSaysWhatItHolds) {
  const TempFolder folder;
  TestBag bag(folder / "imu.bag"), none(folder / "none.bag");
  for (int i = 0; i < 4; ++i) bag.write("/imu/data", i, sensor_msgs::Imu());
  bag.close();
  none.close();
  const Status status = open_bag(folder / "imu.bag", {}).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), HasSubstr("without images"));
  EXPECT_THAT(status.message(), HasSubstr("/imu/data (sensor_msgs/Imu, 4 messages)"));
  EXPECT_THAT(open_bag(folder / "none.bag", {}).status().message(), HasSubstr("topics: none"));
}

TEST(BagReader, PositionsComeFromTheReceiverAtTheTimeOfTheImage) {
  const TempFolder folder;
  TestBag bag(folder / "gps.bag", rosbag::compression::LZ4);
  bag.write("/fix", 0, fix_message(10, 20));
  bag.write("/fix", 1, fix_message(12, 22));
  bag.write("/fix", 5, fix_message(14, 24));
  bag.write("/fix", 9, fix_message(50, 50, -1));  // no fix
  for (const double at : {0.25, 1.5, 3.0, 4.5, 9.0}) bag.write("/image", at, raw_message(test_picture(0)));
  bag.close();
  EXPECT_FALSE(all_frames(folder / "gps.bag")[0].photo.position) << "nobody asked";
  const auto frames = all_frames(folder / "gps.bag", {.positions = true});
  ASSERT_EQ(frames.size(), 5u);
  EXPECT_NEAR(frames[0].photo.position->lat, 10.5, 1e-9);
  EXPECT_NEAR(frames[0].photo.position->lon, 20.5, 1e-9);
  EXPECT_NEAR(*frames[0].photo.altitude_m, 1050, 1e-6);
  EXPECT_NEAR(frames[1].photo.position->lat, 12, 1e-9) << "the next fix is too far";
  EXPECT_NEAR(frames[3].photo.position->lat, 14, 1e-9);
  EXPECT_FALSE(frames[4].photo.position);
}

TEST(BagReader, AnImageThatIsDamagedIsPassedOverAndNamed) {
  const TempFolder folder;
  TestBag bag(folder / "drive.bag"), bad(folder / "bad.bag");
  auto broken = jpeg_message(test_picture(0));
  broken.data.resize(20);
  bag.write("/image", 0, jpeg_message(test_picture(0)));
  bag.write("/image", 1, broken);
  bag.write("/image", 2, jpeg_message(test_picture(200)));
  bad.write("/image", 0, broken);
  bag.close();
  bad.close();
  const auto reader = open_bag(folder / "drive.bag", {}).value();
  ASSERT_TRUE(reader->next().value());
  EXPECT_NEAR(value_of(*reader->next().value()), 200, 4);
  EXPECT_FALSE(reader->next().value());
  EXPECT_THAT(reader->note(), HasSubstr("1 of 3 images"));
  EXPECT_EQ(open_bag(folder / "bad.bag", {}).value()->next().status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci::internal
