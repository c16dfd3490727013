// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_support.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::test {
namespace {

using testing::HasSubstr;

/// Collections beside each other, over one folder of photographs.
struct Shards {
  World world;
  std::unique_ptr<Collection> shard(const std::string& name) const {
    const std::string folder = world.temp / name;
    if (!PlaceDb::exists(folder)) {
      const Status made = Collection::make(folder, *fake_model(), kFakeDim);
      if (!made.ok()) throw Error(made);
    }
    return std::move(Collection::open(folder, fake_stage())).value();
  }
  std::string folder(const std::string& name) const { return world.temp / name; }
  /// Describes every photograph whose number is `part` of `parts`.
  void describe(const std::string& name, int part, int parts, int count) const {
    std::vector<std::string> paths;
    for (int i = part; i < count; i += parts)
      paths.push_back(world.path(std::to_string(i) + ".jpg"));
    ASSERT_TRUE(shard(name)->update(paths, {}, {}).ok());
  }
};

TEST(Merge, ShardsTogetherAreTheCollectionThatOneMachineWouldHaveMade) {
  const Shards shards;
  shards.world.photos_numbered(50);
  for (int part = 0; part < 4; ++part) shards.describe("s" + std::to_string(part), part, 4, 50);
  const auto merged = shards.world.open();
  int64_t total = 0;
  for (int part = 0; part < 4; ++part) {
    const MergeReport report = merged->merge(shards.folder("s" + std::to_string(part)), {}).value();
    total += report.added;
    EXPECT_EQ(report.total, total);
    EXPECT_EQ(report.unchanged + report.replaced + report.kept, 0);
  }
  EXPECT_EQ(merged->size(), 50);
  EXPECT_TRUE(merged->verify().value().problems.empty());
  for (int i = 0; i < 50; ++i) {
    const std::string content = "photo " + std::to_string(i);
    EXPECT_TRUE(holds(*merged, shards.world.path(std::to_string(i) + ".jpg"), content));
    const QueryAnswer answer = merged->query_descriptor(fake_descriptor(content), 1, {}).value();
    EXPECT_EQ(answer.matches[0].image.path, shards.world.path(std::to_string(i) + ".jpg"));
  }
  const IndexReport after = shards.world.index(*merged);
  EXPECT_EQ(after.unchanged, 50) << "indexing afterwards has nothing to describe";
}

TEST(Merge, MayBeRepeated) {
  const Shards shards;
  shards.world.photos_numbered(12);
  shards.describe("a", 0, 1, 12);
  const auto merged = shards.world.open();
  EXPECT_EQ(merged->merge(shards.folder("a"), {}).value().added, 12);
  const MergeReport again = merged->merge(shards.folder("a"), {}).value();
  EXPECT_EQ(again.added, 0);
  EXPECT_EQ(again.unchanged, 12);
  EXPECT_EQ(again.total, 12);
}

TEST(Merge, OfTwoStatesOfAPhotographTheLaterStays) {
  const Shards shards;
  for (const bool later_first : {false, true}) {
    shards.world.photo("x.jpg", "old");
    set_time(shards.world.path("x.jpg"), 1000);
    shards.world.photo("y.jpg", "same");
    const std::string old_name = later_first ? "old1" : "old0",
                      new_name = later_first ? "new1" : "new0";
    ASSERT_TRUE(shards.shard(old_name)->update({shards.world.photos}, {}, {}).ok());
    shards.world.photo("x.jpg", "new");
    set_time(shards.world.path("x.jpg"), 2000);
    ASSERT_TRUE(shards.shard(new_name)->update({shards.world.photos}, {}, {}).ok());

    const auto merged = shards.shard(later_first ? "merged1" : "merged0");
    ASSERT_TRUE(merged->merge(shards.folder(later_first ? new_name : old_name), {}).ok());
    const MergeReport report =
        merged->merge(shards.folder(later_first ? old_name : new_name), {}).value();
    EXPECT_EQ(report.replaced, later_first ? 0 : 1);
    EXPECT_EQ(report.kept, later_first ? 1 : 0);
    EXPECT_EQ(report.unchanged, 1);
    EXPECT_EQ(report.total, 2);
    EXPECT_TRUE(holds(*merged, shards.world.path("x.jpg"), "new"));
    EXPECT_TRUE(merged->verify().value().problems.empty());
  }
}

TEST(Merge, AnotherModelIsRefusedByName) {
  const Shards shards;
  const std::string other = shards.folder("other");
  ASSERT_TRUE(Collection::make(other, *fake_model("blue", 3), kFakeDim).ok());
  const Result<MergeReport> report = shards.world.open()->merge(other, {});
  EXPECT_EQ(report.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(report.status().message(), HasSubstr("'blue'"));
  EXPECT_EQ(shards.world.open()->merge(shards.world.folder, {}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(shards.world.open()->merge(shards.folder("nowhere"), {}).status().code(),
            Code::kNotFound);
}

TEST(Merge, ADamagedShardIsRefusedBeforeAnythingIsTaken) {
  const Shards shards;
  shards.world.photos_numbered(9);
  shards.describe("a", 0, 1, 9);
  const std::string segment = shards.folder("a") + "/segments/00000001.seg";
  std::vector<uint8_t> bytes = read_file(segment).value();
  bytes[4096 + 5 * kFakeRowBytes] ^= 1;
  ASSERT_TRUE(write_file(segment, bytes).ok());
  const auto merged = shards.world.open();
  EXPECT_EQ(merged->merge(shards.folder("a"), {}).status().code(), Code::kCorrupt);
  EXPECT_EQ(merged->size(), 0);
}

TEST(Merge, StoppedItKeepsWhatItHasAndGoesOn) {
  const Shards shards;
  shards.world.photos_numbered(20);
  shards.describe("a", 0, 1, 20);
  Stage stage = fake_stage();
  stage.batch_images = 4;
  const auto merged = shards.world.open(std::move(stage));
  std::atomic<bool> stop{false};
  JobControl job;
  job.cancel = &stop;
  job.on_progress = [&](const Progress& progress) { stop = stop || progress.done >= 10; };
  EXPECT_EQ(merged->merge(shards.folder("a"), job).status().code(), Code::kCancelled);
  EXPECT_EQ(merged->size(), 10);
  EXPECT_TRUE(merged->verify().value().problems.empty());
  const MergeReport rest = merged->merge(shards.folder("a"), {}).value();
  EXPECT_EQ(rest.added, 10);
  EXPECT_EQ(rest.total, 20);
}

TEST(Merge, RemovedPhotographsOfAShardDoNotComeBack) {
  const Shards shards;
  shards.world.photos_numbered(6);
  shards.describe("a", 0, 1, 6);
  ASSERT_EQ(shards.shard("a")->remove({shards.world.path("3.jpg")}).value(), 1);
  const auto merged = shards.world.open();
  EXPECT_EQ(merged->merge(shards.folder("a"), {}).value().total, 5);
}

}  // namespace
}  // namespace loci::test
