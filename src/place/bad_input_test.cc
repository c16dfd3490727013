// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_support.h"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

namespace fs = std::filesystem;
using test::holds;
using test::World;
using testing::HasSubstr;

TEST(PlaceDbBadInput, AnyFileNameIsKeptByteForByte) {
  const World world;
  const std::vector<std::string> names = {"with space.jpg",
                                          "quote's \"double\".jpg",
                                          "line\nbreak.jpg",
                                          "grüße-日本.jpg",
                                          "not\xff\xfeutf8.jpg",
                                          "-dash.jpg",
                                          "semi;drop table images;--.jpg",
                                          "back\\slash%s.jpg"};
  for (const std::string& name : names) world.photo(name, name);
  const auto db = world.open();
  EXPECT_EQ(world.index(*db).added, static_cast<int64_t>(names.size()));
  EXPECT_EQ(world.index(*db).unchanged, static_cast<int64_t>(names.size()));
  for (const std::string& name : names) EXPECT_TRUE(holds(*db, world.path(name), name)) << name;
}

TEST(PlaceDbBadInput, PathsAreStoredAbsoluteAndNormal) {
  const World world;
  world.photo("sub/1.jpg", "one");
  const auto db = world.open();
  ASSERT_EQ(db->update({world.photos + "/./sub/../sub//"}, {}, {}).value().added, 1);
  EXPECT_EQ(db->update({world.photos + "/sub/1.jpg"}, {}, {}).value().unchanged, 1);
  EXPECT_TRUE(holds(*db, world.path("sub/1.jpg"), "one"));
}

TEST(PlaceDbBadInput, LoopsOfSymbolicLinksEnd) {
  const World world;
  world.photo("a/1.jpg", "one");
  fs::create_directory_symlink(world.photos, world.path("a/up"));
  fs::create_directory_symlink(world.path("b2"), world.path("b1"));
  fs::create_directory_symlink(world.path("b1"), world.path("b2"));
  fs::create_symlink(world.path("me.jpg"), world.path("me.jpg"));
  const auto db = world.open();
  const IndexReport report = world.index(*db);
  EXPECT_EQ(report.added, 1);
  ASSERT_EQ(report.failed.size(), 1u);
  EXPECT_THAT(report.failed[0].error.message(), HasSubstr("me.jpg"));
}

TEST(PlaceDbBadInput, AFolderThatIsNotThereKeepsItsPhotographs) {
  const World world;
  world.photo("disk/1.jpg", "one");
  const auto db = world.open();
  world.index(*db);
  fs::rename(world.path("disk"), world.temp / "elsewhere");
  const IndexReport report = db->update({world.path("disk")}, {}, {}).value();
  EXPECT_EQ(report.removed, 0);
  EXPECT_EQ(report.total, 1);
  ASSERT_EQ(report.failed.size(), 1u);
  EXPECT_EQ(report.failed[0].error.code(), Code::kNotFound);
  EXPECT_THAT(report.failed[0].error.message(), HasSubstr("1 photographs stay"));
}

TEST(PlaceDbBadInput, AFolderThatVanishesInMidRunLosesNothing) {
  const World world;
  world.photo("a/1.jpg", "one");
  world.photo("b/2.jpg", "two");
  {
    const auto db = world.open();
    world.index(*db);
  }
  world.photo("a/3.jpg", "three");
  world.photo("b/2.jpg", "two, changed");
  Stage stage = test::fake_stage();
  stage.describe_files =
      [&](std::span<const std::string> paths, int, const auto& sink, const JobControl& job) {
        fs::remove_all(world.path("b"));
        return test::fake_describe(paths, sink, job);
      };
  const auto db = world.open(std::move(stage));
  const IndexReport report = world.index(*db);
  EXPECT_EQ(report.added, 1);
  EXPECT_EQ(report.removed, 0);
  EXPECT_EQ(report.total, 3);
  ASSERT_EQ(report.failed.size(), 1u);
  EXPECT_EQ(report.failed[0].image, world.path("b/2.jpg"));
  EXPECT_TRUE(holds(*db, world.path("b/2.jpg"), "two"));
}

TEST(PlaceDbBadInput, UnreadableFolderKeepsItsPhotographs) {
  if (::geteuid() == 0) GTEST_SKIP() << "permissions do not bind the superuser";
  const World world;
  world.photo("a/1.jpg", "one");
  world.photo("a/inner/2.jpg", "two");
  const auto db = world.open();
  world.index(*db);
  fs::permissions(world.path("a"), fs::perms::none);
  std::string said;
  JobControl job;
  job.on_message = [&](const std::string& text) { said += text; };
  const IndexReport report = db->update({world.photos}, {}, job).value();
  fs::permissions(world.path("a"), fs::perms::owner_all);
  EXPECT_EQ(report.removed, 0);
  EXPECT_EQ(report.total, 2);
  EXPECT_FALSE(report.failed.empty());
  EXPECT_THAT(said, HasSubstr("kept"));
}

// The same as above where the tests run as the superuser: a folder on a path that leads through a
// file now.
TEST(PlaceDbBadInput, AFolderReplacedByAFileIsReported) {
  const World world;
  world.photo("a/1.jpg", "one");
  const auto db = world.open();
  world.index(*db);
  fs::remove_all(world.path("a"));
  world.photo("a", "a file without extension");
  const IndexReport report = db->update({world.path("a/1.jpg")}, {}, {}).value();
  EXPECT_EQ(report.total, 1)
      << "its folder is not there, so nobody can say that the photograph was removed";
  EXPECT_EQ(report.failed.size(), 1u);
}

TEST(PlaceDbBadInput, EmptyFolderOnAnotherDeviceIsADiskThatIsNotMounted) {
  const World world;
  world.photo("disk/1.jpg", "one");
  const auto db = world.open();
  world.index(*db);
  // As if the photographs had been on another device than the empty mount point that is left.
  LOCI_REQUIRE(Sqlite::open(Catalogue::path_in(world.folder), SQLITE_OPEN_READWRITE)
                   .value()
                   .exec("UPDATE images SET device = device + 1")
                   .ok(),
               "the catalogue can be changed");
  fs::remove(world.path("disk/1.jpg"));
  EXPECT_EQ(db->update({world.path("disk")}, {}, {}).value().total, 1);
  world.photo("disk/2.jpg", "two");
  const IndexReport report = db->update({world.path("disk")}, {}, {}).value();
  EXPECT_EQ(report.removed, 1) << "with photographs there the disk is back";
}

TEST(PlaceDbBadInput, ANewerFormatIsRefusedByNumber) {
  const World world;
  LOCI_REQUIRE(Sqlite::open(Catalogue::path_in(world.folder), SQLITE_OPEN_READWRITE)
                   .value()
                   .exec("PRAGMA user_version = 7")
                   .ok(),
               "the catalogue can be changed");
  const auto opened = PlaceDb::open(world.folder);
  ASSERT_EQ(opened.status().code(), Code::kUnsupported);
  EXPECT_THAT(opened.status().message(), HasSubstr("version 7"));
}

TEST(PlaceDbBadInput, AnotherModelIsRefusedByNameWithARemedy) {
  const World world;
  const auto other = test::fake_model("other", 3);
  const auto opened = PlaceDb::open(world.folder, {}, other->fingerprint, other->spec.name);
  ASSERT_EQ(opened.status().code(), Code::kInvalidArgument);
  const std::string message = opened.status().message();
  EXPECT_THAT(message, HasSubstr("'fake' (" + test::fake_model()->fingerprint.substr(0, 12) + ")"));
  EXPECT_THAT(message, HasSubstr("'other' (" + other->fingerprint.substr(0, 12) + ")"));
  EXPECT_THAT(message, HasSubstr("loci index PHOTOS --db NEW --model other"));
}

TEST(PlaceDbBadInput, AFolderThatIsNoCollectionIsNotFound) {
  const TempFolder temp;
  EXPECT_FALSE(PlaceDb::exists(temp.path()));
  const auto opened = PlaceDb::open(temp.path());
  ASSERT_EQ(opened.status().code(), Code::kNotFound);
  EXPECT_THAT(opened.status().message(), HasSubstr("no collection"));
  EXPECT_EQ(PlaceDb::open(temp / "nowhere").status().code(), Code::kNotFound);
}

TEST(PlaceDbBadInput, AnSqliteFileOfAnotherProgramIsRefused) {
  const TempFolder temp;
  LOCI_REQUIRE(
      Sqlite::open(Catalogue::path_in(temp.path()), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
          .value()
          .exec("CREATE TABLE t (x)")
          .ok(),
      "a file can be made");
  EXPECT_EQ(PlaceDb::open(temp.path()).status().code(), Code::kInvalidArgument);
  ASSERT_TRUE(write_file(Catalogue::path_in(temp.path()), std::string(5000, 'x')).ok());
  EXPECT_EQ(PlaceDb::open(temp.path()).status().code(), Code::kCorrupt);
}

TEST(PlaceDbBadInput, CreateRefusesFoldersWithSomethingElseInThem) {
  const World world;
  EXPECT_EQ(PlaceDb::create(world.folder, test::fake_model()).status().code(),
            Code::kInvalidArgument);
  world.photo("1.jpg", "one");
  const auto made = PlaceDb::create(world.photos, test::fake_model());
  ASSERT_EQ(made.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(made.status().message(), HasSubstr("1.jpg"));
}

TEST(PlaceDbBadInput, AModelFileThatWasExchangedIsNoticed) {
  const World world;
  Stage stage = test::fake_stage();
  stage.model = test::fake_model("other", 3);
  const auto opened = Collection::open(world.folder, std::move(stage));
  ASSERT_EQ(opened.status().code(), Code::kCorrupt);
  EXPECT_THAT(opened.status().message(), HasSubstr(test::fake_model()->fingerprint.substr(0, 12)));
}

TEST(PlaceDbBadInput, ASegmentCutShortOrLostIsNamed) {
  const World world;
  world.photos_numbered(5);
  {
    const auto db = world.open();
    world.index(*db);
  }
  const std::string segment = world.folder + "/segments/00000001.seg";
  ASSERT_TRUE(fs::exists(segment));
  fs::resize_file(segment, SegmentFormat::kHeaderBytes + 40);
  const auto cut = world.open()->images();
  ASSERT_EQ(cut.status().code(), Code::kCorrupt);
  EXPECT_THAT(cut.status().message(), HasSubstr("00000001.seg"));
  fs::remove(segment);
  EXPECT_EQ(world.open()->images().status().code(), Code::kCorrupt);
}

TEST(PlaceDbBadInput, AFileThatCannotBeReadIsReportedAndTheRestGoesOn) {
  const World world;
  world.photos_numbered(2);
  Stage stage = test::fake_stage();
  stage.describe_files =
      [&](std::span<const std::string> paths, int, const auto& sink, const JobControl& job) {
        return test::fake_describe(
            paths,
            [&](size_t i, DescribedImage&& d) {
              if (i == 0) d = {.status = io_error(paths[0] + ": cannot be read", EACCES)};
              return sink(i, std::move(d));
            },
            job);
      };
  const auto db = world.open(std::move(stage));
  const IndexReport report = world.index(*db);
  EXPECT_EQ(report.added, 1);
  ASSERT_EQ(report.failed.size(), 1u);
  EXPECT_EQ(report.failed[0].error.code(), Code::kIo);
}

}  // namespace
}  // namespace loci
