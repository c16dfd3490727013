// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/video/video.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/image/encode.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Video, NamesAreKnownByTheirExtension) {
  EXPECT_TRUE(is_video_name("walk.mp4"));
  EXPECT_TRUE(is_video_name("a/WALK.MOV"));
  EXPECT_FALSE(is_video_name("walk.jpg"));
  EXPECT_FALSE(is_video_name("mp4"));
  EXPECT_EQ(video_frame_name("walk.mp4", 12.4), "walk.mp4#t=12.40");
}

TEST(FrameNames, AreAllDifferentAndInOrderAtAnyRate) {
  EXPECT_EQ(frame_decimals({.every_s = 0.5}), 2);
  FrameNames names("fast.avi", frame_decimals({.every_s = 0}));
  std::vector<std::string> made;
  for (int i = 0; i < 300; ++i) made.push_back(names.next(i / 240.0));
  made.push_back(names.next(299 / 240.0));  // a stamp that stands still
  for (size_t i = 1; i < made.size(); ++i)
    EXPECT_TRUE(natural_less(made[i - 1], made[i])) << made[i];
  EXPECT_EQ(made[1], "fast.avi#t=0.004167");
  EXPECT_LT(FrameNames(std::string(240, 'n') + ".mp4", 2).next(0).size(), 230u);
}

TEST(Video, FilesAreKnownByTheirContent) {
  const TempFolder folder;
  ASSERT_TRUE(save_jpeg(folder / "photo.mp4", Image(8, 8), 90).ok());
  ASSERT_TRUE(write_file(folder / "clip.insv",
                         std::string_view("\0\0\0\x14"
                                          "ftypisom\0\0\0\0mp41",
                                          20))
                  .ok());
  ASSERT_TRUE(write_file(folder / "noext", std::string_view("#ROSBAG V2.0\n")).ok());
  ASSERT_TRUE(write_file(folder / "text.mp4", std::string_view("hello")).ok());
  ASSERT_TRUE(make_folders(folder / "holiday.mov").ok());
  EXPECT_TRUE(is_video_file(folder / "clip.insv"));
  EXPECT_TRUE(is_video_file(folder / "noext"));
  EXPECT_TRUE(is_video_file(folder / "text.mp4"));  // and open_video says what is wrong with it
  EXPECT_TRUE(is_video_file(folder / "gone.mp4"));
  EXPECT_FALSE(is_video_file(folder / "photo.mp4"));
  EXPECT_FALSE(is_video_file(folder / "holiday.mov"));
}

TEST(Video, WhatCannotBeAVideoIsRefusedBeforeAnythingIsLoaded) {
  const TempFolder folder;
  ASSERT_TRUE(write_file(folder / "empty.mp4", std::string_view("")).ok());
  EXPECT_EQ(open_video(folder / "empty.mp4").status().code(), Code::kCorrupt);
  EXPECT_EQ(open_video(folder / "none.mp4").status().code(), Code::kNotFound);
  EXPECT_EQ(open_video(folder.path()).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(open_video(folder / "empty.mp4", {.every_s = -1}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(open_video(folder / "empty.mp4", {.every_frames = 0}).status().code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
