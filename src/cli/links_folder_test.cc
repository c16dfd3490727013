// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "links_folder.h"

#include "loci/base/file.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(LinksFolder, IsBroughtUpToDateAndLeavesWhatOthersPutThere) {
  const TempFolder temp;
  const std::string folder = temp / "places";
  EXPECT_EQ(
      *write_links(folder, {{"place_0000", {"/a/x.jpg", "/b/x.jpg"}}, {"Reims/1", {"/c/y.jpg"}}}),
      3);
  EXPECT_EQ(fs::read_symlink(folder + "/place_0000/x_2.jpg"), "/b/x.jpg");
  EXPECT_EQ(fs::read_symlink(folder + "/Reims_1/y.jpg"), "/c/y.jpg");
  ASSERT_TRUE(write_file(folder + "/place_0000/note.txt", std::string_view("mine")).ok());
  EXPECT_EQ(*write_links(folder, {{"place_0000", {"/a/note.txt"}}}), 1);
  EXPECT_FALSE(fs::exists(folder + "/Reims_1"));
  EXPECT_FALSE(fs::is_symlink(folder + "/place_0000/x.jpg"));
  EXPECT_EQ(*read_text_file(folder + "/place_0000/note.txt"), "mine");
  EXPECT_EQ(fs::read_symlink(folder + "/place_0000/note_2.txt"), "/a/note.txt");
}

TEST(LinksFolder, OfAnotherOwnerIsRefused) {
  const TempFolder temp;
  ASSERT_TRUE(make_folders(temp / "mine").ok());
  ASSERT_TRUE(write_file(temp / "mine/a.txt", std::string_view("a")).ok());
  EXPECT_THAT(check_links_folder(temp / "mine").message(), HasSubstr("did not make"));
  EXPECT_FALSE(write_links(temp / "mine", {}).ok());
  EXPECT_THAT(check_links_folder(temp / "mine/a.txt").message(), HasSubstr("no folder"));
}

TEST(LinksFolder, AListThatSomebodyEditedReachesNothingOutside) {
  const TempFolder temp;
  const std::string folder = temp / "places";
  ASSERT_TRUE(write_links(folder, {{"a", {"/x.jpg"}}}).ok());
  fs::create_symlink("/nowhere", temp / "victim");
  ASSERT_TRUE(write_file(folder + "/.loci-links",
                         *read_text_file(folder + "/.loci-links") + "../victim\n" +
                             (temp / "victim") + "\na/../../victim\n")
                  .ok());
  ASSERT_TRUE(write_links(folder, {}).ok());
  EXPECT_TRUE(fs::is_symlink(temp / "victim"));
}

}  // namespace
}  // namespace loci::cli
