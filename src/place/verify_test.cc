// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "verify.h"

#include "test_support.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using test::holds;
using test::World;
using testing::HasSubstr;
using testing::IsEmpty;

void flip_byte(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const char byte = static_cast<char>(file.get());
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 1));
}

std::string segment(const World& world, int number) {
  return SegmentFormat{
      .folder = world.folder + "/segments", .dim = test::kFakeDim, .fingerprint = {}}
      .path(number);
}

TEST(Verify, FindsNothingWrongInASoundCollection) {
  const World world;
  world.photos_numbered(30);
  const auto db = world.open();
  world.index(*db);
  world.photo("3.jpg", "changed");
  world.index(*db);
  const VerifyReport report = db->verify().value();
  EXPECT_EQ(report.images, 30);
  EXPECT_THAT(report.problems, IsEmpty());
}

TEST(Verify, OneFlippedBitIsFoundAndItsPhotographsNamed) {
  const World world;
  world.photos_numbered(2);
  const auto db = world.open();
  world.index(*db);
  flip_byte(segment(world, 1), SegmentFormat::kHeaderBytes + 5);
  const VerifyReport report = db->verify().value();
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_THAT(report.problems[0], HasSubstr(world.path("0.jpg")));
  EXPECT_EQ(db->compact().code(), Code::kCorrupt)
      << "a damaged row must not get a digest that fits it";
  // The remedy that the message names.
  EXPECT_EQ(db->remove({world.photos}).value(), 2);
  EXPECT_EQ(world.index(*db).added, 2);
  ASSERT_TRUE(db->compact().ok());
  EXPECT_THAT(db->verify().value().problems, IsEmpty());
}

TEST(Verify, DamagedHeaderAndCatalogueAreFound) {
  const World world;
  world.photos_numbered(3);
  const auto db = world.open();
  world.index(*db);
  flip_byte(segment(world, 1), 20);
  EXPECT_EQ(db->verify().value().problems.size(), 1u);
  flip_byte(segment(world, 1), 20);
  LOCI_REQUIRE(Sqlite::open(Catalogue::path_in(world.folder), SQLITE_OPEN_READWRITE)
                   .value()
                   .exec("UPDATE images SET row = 99 WHERE id = 2")
                   .ok(),
               "the catalogue can be changed");
  EXPECT_THAT(db->verify().value().problems, testing::Contains(HasSubstr("in no segment")));
  EXPECT_EQ(db->compact().code(), Code::kCorrupt);
}

TEST(Verify, BatchesMustTileTheirSegment) {
  const std::vector<SegmentInfo> segments = {{.id = 1, .rows = 5}};
  const auto batch = [](int64_t first, int64_t rows) {
    return BatchInfo{.segment = 1, .first_row = first, .rows = rows, .sha256 = ""};
  };
  EXPECT_TRUE(check_batches(segments, {batch(0, 2), batch(2, 3)}).ok());
  EXPECT_FALSE(check_batches(segments, {batch(0, 2), batch(3, 2)}).ok());
  EXPECT_FALSE(check_batches(segments, {batch(0, 2), batch(1, 4)}).ok());
  EXPECT_FALSE(check_batches(segments, {batch(0, 4)}).ok());
  EXPECT_FALSE(check_batches(segments, {}).ok());
}

TEST(Compact, KeepsEveryLiveDescriptorAndFreesTheRest) {
  const World world;
  world.photos_numbered(200);
  Stage stage = test::fake_stage();
  stage.max_segment_bytes = SegmentFormat::kHeaderBytes + 64 * test::kFakeRowBytes;
  stage.batch_images = 16;
  const auto db = world.open(std::move(stage));
  world.index(*db);
  const auto before = db->images().value();
  for (int i = 0; i < 200; i += 2) std::filesystem::remove(world.path(std::to_string(i) + ".jpg"));
  world.photo("1.jpg", "changed");
  world.index(*db);
  ASSERT_TRUE(db->compact().ok());
  EXPECT_EQ(db->size(), 100);
  EXPECT_TRUE(holds(*db, world.path("1.jpg"), "changed"));
  for (int i = 3; i < 200; i += 2) {
    EXPECT_TRUE(holds(*db, world.path(std::to_string(i) + ".jpg"), "photo " + std::to_string(i)));
  }
  EXPECT_THAT(db->verify().value().problems, IsEmpty());
  uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(world.folder + "/segments")) {
    bytes += file.file_size() - SegmentFormat::kHeaderBytes;
  }
  EXPECT_EQ(bytes, 100 * test::kFakeRowBytes);
  const auto after = db->images().value();
  EXPECT_EQ(after[0].id,
            std::find_if(before.begin(),
                         before.end(),
                         [&](const PlaceImage& i) { return i.path == after[0].path; })
                ->id)
      << "numbers stay";
  EXPECT_EQ(world.index(*db).unchanged, 100);
}

TEST(Compact, OfAnEmptyCollectionLeavesAnEmptyOne) {
  const World world;
  const auto db = world.open();
  ASSERT_TRUE(db->compact().ok());
  world.photos_numbered(2);
  world.index(*db);
  ASSERT_TRUE(db->remove({world.photos}).ok());
  ASSERT_TRUE(db->compact().ok());
  EXPECT_EQ(db->size(), 0);
  EXPECT_EQ(world.index(*db).added, 2);
}

}  // namespace
}  // namespace loci
