// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_support.h"

#include "loci/place/place_db.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using test::holds;
using test::World;

std::map<std::string, int64_t> ids_of(const Collection& db) {
  std::map<std::string, int64_t> ids;
  const std::vector<PlaceImage> images = db.images().value();
  for (const PlaceImage& image : images) ids[image.path] = image.id;
  return ids;
}

TEST(Moved, AFolderThatWasRenamedIsKnownAgainAndItsOldPathsAreGone) {
  const World world;
  for (int i = 0; i < 4; ++i)
    world.photo("a/" + std::to_string(i) + ".jpg", "photo " + std::to_string(i));
  const auto db = world.open();
  ASSERT_EQ(db->update({world.path("a")}, {}, {}).value().added, 4);
  const auto before = ids_of(*db);
  std::filesystem::rename(world.path("a"), world.path("b"));
  const IndexReport report = db->update({world.path("b")}, {}, {}).value();
  EXPECT_EQ(report.moved, 4);
  EXPECT_EQ(report.added + report.updated + report.removed, 0);
  EXPECT_EQ(report.total, 4);
  for (const auto& [path, id] : ids_of(*db)) {
    EXPECT_EQ(path.find("/a/"), std::string::npos);
    EXPECT_EQ(before.at(world.path("a") + path.substr(path.rfind('/'))), id);
  }
  EXPECT_TRUE(holds(*db, world.path("b/2.jpg"), "photo 2"));
  EXPECT_EQ(db->update({world.path("b")}, {}, {}).value().unchanged, 4);
}

TEST(Moved, ARenameWithinOneFolderIsNoRemovalAndACopyIsANewPhotograph) {
  const World world;
  world.photos_numbered(3);
  const auto db = world.open();
  world.index(*db);
  std::filesystem::rename(world.path("0.jpg"), world.path("zero.jpg"));
  std::filesystem::copy_file(world.path("1.jpg"), world.path("copy of 1.jpg"));
  world.photo("changed.jpg", "photo 9");  // as large as the others
  std::filesystem::remove(world.path("2.jpg"));
  const IndexReport report = world.index(*db);
  EXPECT_EQ(report.moved, 1);
  EXPECT_EQ(report.added, 2);
  EXPECT_EQ(report.removed, 1);
  EXPECT_EQ(report.unchanged, 1);
  EXPECT_EQ(report.total, 4);
  EXPECT_TRUE(holds(*db, world.path("zero.jpg"), "photo 0"));
}

TEST(Links, AnotherNameOfAPhotographIsNoPhotographOfItsOwn) {
  const World world;
  world.photo("real/0.jpg", "photo 0");
  world.photo("real/1.jpg", "photo 1");
  std::filesystem::create_directory_symlink(world.path("real"), world.path("alias"));
  std::filesystem::create_symlink(world.path("real/1.jpg"), world.path("one.jpg"));
  const auto db = world.open();
  EXPECT_EQ(db->update({world.path("real/0.jpg")}, {}, {}).value().added, 1);
  const IndexReport linked =
      db->update({world.path("alias"), world.path("one.jpg")}, {}, {}).value();
  EXPECT_EQ(linked.added, 1);  // 1.jpg, by the first of its names
  EXPECT_EQ(linked.total, 2);
  EXPECT_EQ(db->update({world.path("real")}, {}, {}).value().total, 2);
}

TEST(SideFiles, ASidecarThatComesLaterIsReadWithoutDescribingAgain) {
  const World world;
  world.photos_numbered(3);
  const auto db = world.open();
  world.index(*db);
  world.photo("1.jpg.xmp",
              "<x:xmpmeta><a exif:GPSLatitude=\"33,51.408S\" "
              "exif:GPSLongitude=\"151,12.918E\"/></x:xmpmeta>");
  const IndexReport report = world.index(*db);
  EXPECT_EQ(report.updated, 1);
  EXPECT_EQ(report.unchanged, 2);
  const std::vector<PlaceImage> images = db->images().value();
  for (const PlaceImage& image : images)
    EXPECT_EQ(image.position.has_value(), image.path == world.path("1.jpg")) << image.path;
  EXPECT_EQ(world.index(*db).unchanged, 3);
}

TEST(Passed, WhatAFolderHoldsBesidesIsReported) {
  const World world;
  world.photos_numbered(2);
  world.photo("clip.avi", "RIFF....AVI LIST");
  world.photo("#recycle/old.jpg", "photo 7");
  const IndexReport report = world.index(*world.open());
  EXPECT_EQ(report.added, 2);
  EXPECT_EQ(report.passed.passed_over.at("AVI"), 1);
  EXPECT_EQ(report.passed.system_folders, 1);
}

TEST(Passed, ALinkThatPointsNowhereFailsByItsOwnName) {
  const World world;
  world.photos_numbered(1);
  std::filesystem::create_symlink("gone", world.path("dangling.jpg"));
  const IndexReport report = world.index(*world.open());
  ASSERT_EQ(report.failed.size(), 1u);
  EXPECT_EQ(report.failed[0].image, world.path("dangling.jpg"));
}

}  // namespace
}  // namespace loci
