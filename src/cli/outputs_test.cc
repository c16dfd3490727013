// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "outputs.h"

#include "loci/base/file.h"
#include "loci/base/page.h"
#include "loci/image/encode.h"

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace loci::cli {
namespace {

using testing::HasSubstr;

Output page(const std::string& path) { return {"--html", path, OutputKind::kPage}; }

TEST(Outputs, WhatLociDidNotWriteIsRefused) {
  const TempFolder folder;
  const std::string notes = folder / "notes.html", photo = folder / "photo.png",
                    own = folder / "own.html";
  ASSERT_TRUE(write_file(notes, std::string_view("<!doctype html><p>my own page")).ok());
  ASSERT_TRUE(save_jpeg(photo, Image(8, 8), 90).ok());
  ASSERT_TRUE(write_file(own, html_page("t", "b")).ok());
  EXPECT_THAT(check_outputs({page(notes)}, {}, false).message(), HasSubstr("did not write"));
  EXPECT_THAT(check_outputs({page(photo)}, {}, false).message(), HasSubstr("is a photograph"));
  EXPECT_TRUE(check_outputs({page(notes)}, {}, true).ok());  // --force
  EXPECT_TRUE(check_outputs({page(own)}, {}, false).ok());
  EXPECT_TRUE(check_outputs({page(folder / "new.html")}, {}, false).ok());
}

TEST(Outputs, AnInputIsRefusedByWhateverName) {
  const TempFolder folder;
  const std::string own = folder / "own.html", link = folder / "link.html",
                    hard = folder / "hard.html";
  ASSERT_TRUE(write_file(own, html_page("t", "b")).ok());
  ASSERT_EQ(::symlink(own.c_str(), link.c_str()), 0);
  ASSERT_EQ(::link(own.c_str(), hard.c_str()), 0);
  for (const std::string& output : {own, link, hard}) {
    EXPECT_THAT(check_outputs({page(output)}, {own}, false).message(),
                HasSubstr("one of the inputs"))
        << output;
  }
  EXPECT_THAT(check_outputs({page(own), page(link)}, {}, false).message(),
              HasSubstr("writes, too"));
}

TEST(Outputs, ATableOfSomebodyIsRefusedAndOneOfSplitIsNot) {
  const TempFolder folder;
  const Output table{"--out", folder / "places.csv", OutputKind::kTable};
  ASSERT_TRUE(
      write_file(table.path, std::string_view("path,split,place,my_note\na.jpg,train,1,x\n")).ok());
  EXPECT_EQ(check_outputs({table}, {}, false).code(), Code::kInvalidArgument);
  ASSERT_TRUE(
      write_file(table.path, std::string_view("path,split,place,frame,time,heading,group\n")).ok());
  EXPECT_TRUE(check_outputs({table}, {}, false).ok());
}

TEST(Outputs, AFolderThatIsMissingOrClosedIsFoundBeforeTheWork) {
  const TempFolder folder;
  EXPECT_EQ(check_outputs({page(folder / "no/such/page.html")}, {}, false).code(), Code::kNotFound);
  EXPECT_EQ(check_outputs({page(folder.path())}, {}, false).code(), Code::kInvalidArgument);
  ASSERT_TRUE(write_file(folder / "file", std::string_view("x")).ok());
  EXPECT_FALSE(check_outputs({{"-o", folder / "file/below", OutputKind::kFolder}}, {}, false).ok());
}

TEST(Outputs, PipesAndDevicesAreWrittenToAsTheyAre) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_TRUE(check_outputs({page(folder / "pipe")}, {}, false).ok());
  EXPECT_TRUE(check_outputs({page("/dev/null")}, {}, false).ok());
  EXPECT_TRUE(writes_to_standard_output({page("/dev/stdout")}));
  EXPECT_TRUE(writes_to_standard_output({page("/dev/fd/1")}));
  EXPECT_FALSE(writes_to_standard_output({page(folder / "new.html")}));
}

}  // namespace
}  // namespace loci::cli
