// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

#include "loci/base/file.h"

#include <cmath>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>

namespace loci::internal {
namespace {

/// Frame i is grey of brightness 8 * i, left half, and red, right half.
void write_video(const std::string& path, int frames, double fps) {
  cv::VideoWriter writer(
      path, cv::CAP_FFMPEG, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), fps, {64, 48});
  ASSERT_TRUE(writer.isOpened());
  for (int i = 0; i < frames; ++i) {
    cv::Mat frame(48, 64, CV_8UC3, cv::Scalar::all(8 * i));
    frame.colRange(32, 64) = cv::Scalar(0, 0, 255);
    writer.write(frame);
  }
}

std::vector<VideoFrame> all_frames(const std::string& path, const VideoOptions& options = {}) {
  std::vector<VideoFrame> out;
  const auto reader = open_with_opencv(path, options).value();
  while (auto frame = reader->next().value()) out.push_back(std::move(*frame));
  return out;
}

int frame_number(const VideoFrame& frame) {
  return static_cast<int>(std::lround(frame.image.at(10, 24)[1] / 8.0));
}

TEST(VideoReader, GivesAllFramesInOrderWithTimesAndColours) {
  const TempFolder folder;
  write_video(folder / "v.avi", 20, 10);
  const auto frames = all_frames(folder / "v.avi");
  ASSERT_EQ(frames.size(), 20u);
  for (int i = 0; i < 20; ++i) {
    const VideoFrame& frame = frames[static_cast<size_t>(i)];
    EXPECT_NEAR(frame.stamp_s, 0.1 * i, 1e-3);
    EXPECT_EQ(frame_number(frame), i);
    EXPECT_GT(frame.image.at(50, 24)[0], 200) << "red comes first";
    EXPECT_LT(frame.image.at(50, 24)[2], 60);
    EXPECT_EQ(frame.image.width, 64);
    EXPECT_EQ(frame.image.height, 48);
  }
}

TEST(VideoReader, ThinsBySecondsAndByFrames) {
  const TempFolder folder;
  write_video(folder / "v.avi", 20, 10);
  const auto by_time = all_frames(folder / "v.avi", {.every_s = 0.5});
  ASSERT_EQ(by_time.size(), 4u);
  EXPECT_EQ(frame_number(by_time[1]), 5);
  const auto by_number = all_frames(folder / "v.avi", {.every_frames = 7});
  ASSERT_EQ(by_number.size(), 3u);
  EXPECT_EQ(frame_number(by_number[2]), 14);
}

TEST(VideoReader, WhatIsNoVideoIsCorrupt) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "text.mp4", std::string_view("this is no video at all\n")).ok());
  const Status status = open_with_opencv(folder / "text.mp4", {}).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("text.mp4"), std::string::npos);
}

TEST(VideoReader, AVideoThatBreaksOffGivesWhatItHolds) {
  const TempFolder folder;
  write_video(folder / "v.avi", 20, 10);
  auto bytes = read_file(folder / "v.avi").value();
  bytes.resize(bytes.size() * 3 / 4);
  ASSERT_TRUE(write_file(folder / "half.avi", std::span<const uint8_t>(bytes)).ok());
  const auto frames = all_frames(folder / "half.avi");
  EXPECT_GT(frames.size(), 3u);
  EXPECT_LT(frames.size(), 20u);
}

TEST(VideoReader, AVideoWithoutFramesIsCorrupt) {
  const TempFolder folder;
  write_video(folder / "empty.avi", 0, 10);
  const auto reader = open_with_opencv(folder / "empty.avi", {});
  const Status status = reader.ok() ? (*reader)->next().status() : reader.status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci::internal
