// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/video/video.h"

#include "loci/base/file.h"

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
