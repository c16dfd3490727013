// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "frame_folder.h"

#include "loci/base/file.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace loci::cli {
namespace {

class FrameFoldersTest : public testing::Test {
 protected:
  std::string video(const std::string& name, const std::string& content) {
    const std::string path = folder_ / name;
    EXPECT_TRUE(make_folders(std::filesystem::path(path).parent_path().string()).ok());
    EXPECT_TRUE(write_file(path, std::string_view(content)).ok());
    return path;
  }
  /// Cuts it as `loci index` does, into frames of these times.
  std::string cut(const std::string& video, double every_s, std::vector<double> times) {
    const VideoOptions options{.every_s = every_s};
    const FrameOrigin origin = FrameOrigin::of(video, options).value();
    const std::string frames = FrameFolders(folder_ / "frames").folder_of(origin);
    EXPECT_TRUE(begin_cut(frames, origin).ok());
    FrameNames names("v.avi", frame_decimals(options));
    for (const double time : times)
      EXPECT_TRUE(write_file(frames + "/" + names.next(time) + ".jpg", std::string_view("x")).ok());
    return frames;
  }
  static size_t frames_in(const std::string& folder) {
    return list_files(folder, {".jpg"}).value().size();
  }
  const TempFolder folder_;
};

TEST_F(FrameFoldersTest, ASecondVideoOfOneNameGetsFramesOfItsOwn) {
  const std::string one = video("card1/v.avi", "one"), two = video("card2/v.avi", "other");
  const std::string first = cut(one, 1, {0, 1, 2}), second = cut(two, 1, {0, 1});
  EXPECT_NE(first, second);
  EXPECT_EQ(frames_in(first), 3u);
  EXPECT_EQ(cut(two, 1, {0, 1}), second);  // and keeps them
  EXPECT_EQ(cut(one, 1, {0, 1, 2}), first);
}

TEST_F(FrameFoldersTest, AMovedVideoKeepsItsFrames) {
  const std::string one = video("a/v.avi", "one");
  const std::string frames = cut(one, 1, {0});
  ASSERT_TRUE(make_folders(folder_ / "b").ok());
  std::filesystem::rename(one, folder_ / "b/v.avi");
  EXPECT_EQ(cut(folder_ / "b/v.avi", 1, {0}), frames);
}

TEST_F(FrameFoldersTest, FramesOfAStoppedCutAreNotMixedWithThoseOfTheNext) {
  const std::string one = video("v.avi", "one");
  const std::string frames =
      cut(one, 0.04, {0, 0.04, 0.08, 0.12});  // stopped: end_cut was never reached
  ASSERT_TRUE(write_file(frames + "/mine.jpg", std::string_view("somebody's")).ok());
  const FrameOrigin origin = FrameOrigin::of(one, {.every_s = 20}).value();
  EXPECT_FALSE(is_cut(frames, origin));
  EXPECT_EQ(cut(one, 20, {0}), frames);
  EXPECT_EQ(frames_in(frames), 2u);  // the new one, and a file that is not ours
  ASSERT_TRUE(end_cut(frames, origin).ok());
  EXPECT_TRUE(is_cut(frames, origin));
}

TEST_F(FrameFoldersTest, AFolderWithFilesOfOthersIsLeftAlone) {
  const std::string one = video("v.avi", "one");
  ASSERT_TRUE(make_folders(folder_ / "frames/v.avi").ok());
  ASSERT_TRUE(write_file(folder_ / "frames/v.avi/thesis.txt", std::string_view("x")).ok());
  EXPECT_EQ(cut(one, 1, {0}), folder_ / "frames/v-2.avi");
}

}  // namespace
}  // namespace loci::cli
