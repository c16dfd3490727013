// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Collections that other people made, damaged or overwrite while they are in use.
#include "test_support.h"

#include "loci/image/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

namespace fs = std::filesystem;
using test::holds;
using test::World;
using testing::HasSubstr;
using testing::IsEmpty;

std::string first_segment(const World& world) { return world.folder + "/segments/00000001.seg"; }

/// Overwrites a file as `cp` does: opened, emptied and written again, under the same inode.
void copy_over(const std::string& from, const std::string& to) {
  const auto bytes = read_file(from).value();
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

Result<QueryAnswer> ask(const Collection& db) {
  return db.query_descriptor(test::fake_descriptor("photo 1"), 1, {});
}

TEST(ChangedInPlace, ASegmentCutWhileItIsUsedFailsTheAnswerAndNothingElse) {
  const World world;
  world.photos_numbered(2000);
  const auto db = world.open();
  world.index(*db);
  ASSERT_TRUE(ask(*db).ok());
  const auto whole = read_file(first_segment(world)).value();
  ASSERT_EQ(::truncate(first_segment(world).c_str(), 5000), 0);
  const auto cut = ask(*db);
  ASSERT_FALSE(cut.ok());
  EXPECT_THAT(cut.status().message(), HasSubstr("cut short"));
  EXPECT_THAT(ask(*db).status().message(), HasSubstr("cut short"));
  ASSERT_TRUE(write_file(first_segment(world), whole).ok());
  EXPECT_EQ(ask(*db).value().matches[0].image.path, world.path("1.jpg"));
}

TEST(ChangedInPlace, AnotherCollectionCopiedOverThisOneGivesNoMixedAnswer) {
  const World world, other;
  world.photos_numbered(20);
  const auto db = world.open();
  world.index(*db);
  other.photos_numbered(20);
  other.photo("1.jpg", "another place");
  const auto theirs = other.open();
  other.index(*theirs);
  ASSERT_TRUE(ask(*db).ok());
  copy_over(other.folder + "/segments/00000001.seg", first_segment(world));
  const auto mixed = ask(*db);
  ASSERT_FALSE(mixed.ok());
  EXPECT_THAT(mixed.status().message(), HasSubstr("overwritten while it was in use"));
  copy_over(Catalogue::path_in(other.folder), Catalogue::path_in(world.folder));
  const auto now = db->query_descriptor(test::fake_descriptor("another place"), 1, {});
  ASSERT_TRUE(now.ok()) << now.status().message();
  EXPECT_EQ(now->matches[0].image.path, other.path("1.jpg"));
}

TEST(ChangedInPlace, CompactDeclaresNoRowsThatWereCutMeanwhile) {
  const World world;
  world.photos_numbered(2000);
  Stage stage = test::fake_stage();
  bool cut = false;
  stage.at_point = [&](std::string_view point, std::span<const std::string>) {
    if (point != "compacted rows written" || std::exchange(cut, true)) return;
    (void)::truncate(first_segment(world).c_str(), 0);
  };
  const auto db = world.open(std::move(stage));
  world.index(*db);
  ASSERT_TRUE(db->remove({world.path("0.jpg")}).ok());
  EXPECT_EQ(db->compact().code(), Code::kCorrupt);
}

TEST(ForeignCollection, LinksAndPipesInPlaceOfItsOwnFilesAreRefused) {
  for (const char* name : {"lock", "segments", "catalogue.sqlite", "model.safetensors"}) {
    const World victim, evil;
    victim.photos_numbered(3);
    const auto mine = victim.open();
    victim.index(*mine);
    const auto before = read_file(first_segment(victim)).value();
    const auto db = evil.open();
    evil.photo("1.jpg", "one");
    const std::string path = evil.folder + "/" + name;
    fs::remove_all(path);
    fs::create_symlink(victim.folder + "/" + name, path);
    const auto through = db->update({evil.photos}, {}, {});
    ASSERT_FALSE(through.ok()) << name;
    EXPECT_THAT(through.status().message(), HasSubstr("link")) << name;
    EXPECT_EQ(read_file(first_segment(victim)).value(), before) << name;
    EXPECT_THAT(mine->verify().value().problems, IsEmpty()) << name;
    fs::remove(path);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(Catalogue::open(evil.folder).status().code(), Code::kInvalidArgument) << name;
  }
}

TEST(ForeignCollection, ALockThatIsAnotherNameOfAFileIsLeftAlone) {
  const World world;
  ASSERT_TRUE(write_file(world.temp / "letter.txt", std::string_view("dear")).ok());
  fs::remove(world.folder + "/lock");
  fs::create_hard_link(world.temp / "letter.txt", world.folder + "/lock");
  const auto db = world.open();
  EXPECT_EQ(db->remove({world.photos}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(read_text_file(world.temp / "letter.txt").value(), "dear");
}

TEST(LostCatalogue, IsNoReasonToReplaceModelAndDescriptors) {
  const World world;
  world.photos_numbered(5);
  world.index(*world.open());
  const auto before = read_file(first_segment(world)).value();
  fs::remove(Catalogue::path_in(world.folder));
  const auto made = PlaceDb::create(world.folder, test::fake_model("other", 3));
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.status().message(), HasSubstr("loci recover"));
  EXPECT_EQ(read_file(first_segment(world)).value(), before);
}

TEST(Recover, PhotographsFindTheirDescriptorsAgain) {
  const World world;
  world.photos_numbered(60);
  Stage stage = test::fake_stage();
  stage.max_segment_bytes = SegmentFormat::kHeaderBytes + 20 * test::kFakeRowBytes;
  stage.batch_images = 10;
  world.index(*world.open(std::move(stage)));
  fs::remove(Catalogue::path_in(world.folder));
  fs::remove(world.path("7.jpg"));
  world.photo("new.jpg", "new");
  world.photo("copy of 8.jpg", "photo 8");
  world.photo("broken.jpg", "bad");
  const RecoverReport report =
      Collection::recover(world.folder, test::fake_stage(), {world.photos}, {}, {}).value();
  EXPECT_EQ(report.rows, 60);
  EXPECT_EQ(report.matched, 59);
  EXPECT_EQ(report.added, 2);
  EXPECT_EQ(report.failed.size(), 1u);
  const auto db = world.open();
  EXPECT_TRUE(holds(*db, world.path("59.jpg"), "photo 59"));
  EXPECT_TRUE(holds(*db, world.path("new.jpg"), "new"));
  EXPECT_TRUE(holds(*db, world.path("copy of 8.jpg"), "photo 8"));
  EXPECT_THAT(db->verify().value().problems, IsEmpty());
  fs::remove(world.path("broken.jpg"));
  EXPECT_EQ(world.index(*db).unchanged, 61);
  ASSERT_TRUE(db->compact().ok());
  EXPECT_EQ(db->row_counts().value().rows, 61);
}

TEST(Recover, RefusesWhereNothingIsLost) {
  const World world;
  world.photos_numbered(2);
  EXPECT_EQ(
      Collection::recover(world.folder, test::fake_stage(), {world.photos}, {}, {}).status().code(),
      Code::kInvalidArgument);
  fs::remove(Catalogue::path_in(world.folder));
  EXPECT_EQ(
      Collection::recover(world.folder, test::fake_stage(), {world.photos}, {}, {}).status().code(),
      Code::kNotFound);
}

TEST(CreationRace, TheLoserGetsTheCollectionThatIsThere) {
  const World world;
  fs::remove_all(world.folder);
  ModelSpec spec;
  spec.features = "rootsift";
  spec.pooling.type = "vlad";
  spec.pooling.num_clusters = 2;
  const std::vector<float> centers(2 * 128, 0.1f);
  const auto model = make_model(spec, {{"pooling.centers", make_tensor({2, 128}, centers)}});
  std::vector<std::jthread> racers;
  std::atomic<int> opened{0};
  for (int i = 0; i < 8; ++i) {
    racers.emplace_back([&] {
      auto made = PlaceDb::create(world.folder, model);
      if (!made.ok() && PlaceDb::exists(world.folder)) made = PlaceDb::open(world.folder);
      opened += made.ok() ? 1 : 0;
    });
  }
  racers.clear();
  EXPECT_EQ(opened.load(), 8);
}

TEST(VerifyCatalogue, EveryChangedValueOfAPhotographIsFound) {
  const World world;
  world.photos_numbered(4);
  const auto db = world.open();
  world.index(*db);
  const auto database =
      Sqlite::open(Catalogue::path_in(world.folder), SQLITE_OPEN_READWRITE).value();
  for (const char* change : {"sha256 = 'x' || sha256",
                             "lat = 1.5, lon = 2",
                             "taken = 5",
                             "heading = 1",
                             "width = width + 1",
                             "height = height + 1",
                             "size = size + 1",
                             "mtime_ns = mtime_ns + 1",
                             "device = device + 1",
                             "path = path || x'2e'"}) {
    ASSERT_TRUE(database.exec("SAVEPOINT before").ok());
    ASSERT_TRUE(
        database.exec(("UPDATE images SET " + std::string(change) + " WHERE id = 2").c_str()).ok());
    ASSERT_TRUE(database.exec("RELEASE before").ok());
    const auto problems = db->verify().value().problems;
    ASSERT_EQ(problems.size(), 1u) << change;
    EXPECT_THAT(problems[0], HasSubstr("not what was written")) << change;
    EXPECT_EQ(db->remove({world.path("1.jpg"), world.path("1.jpg.")}).value(), 1);
    EXPECT_EQ(world.index(*db).added, 1);
    ASSERT_TRUE(database.exec("UPDATE images SET id = 2 WHERE id > 4").ok());
    ASSERT_THAT(db->verify().value().problems, IsEmpty());
  }
  ASSERT_TRUE(database.exec("UPDATE facts SET value = '9' WHERE name = 'model_name'").ok());
  EXPECT_THAT(db->verify().value().problems, testing::ElementsAre(HasSubstr("facts")));
}

TEST(FormatVersion1, IsReadAndGetsDigestsWithTheFirstChange) {
  const World world;
  world.photos_numbered(3);
  const auto db = world.open();
  world.index(*db);
  const auto database =
      Sqlite::open(Catalogue::path_in(world.folder), SQLITE_OPEN_READWRITE).value();
  ASSERT_TRUE(database
                  .exec("ALTER TABLE images DROP COLUMN digest; DELETE FROM facts WHERE name = "
                        "'digest'; PRAGMA user_version = 1")
                  .ok());
  const auto old = world.open();
  EXPECT_EQ(old->size(), 3);
  EXPECT_THAT(old->verify().value().problems, IsEmpty());
  world.photo("new.jpg", "new");
  EXPECT_EQ(world.index(*old).added, 1);
  EXPECT_EQ(database.integer("PRAGMA user_version").value(), 2);
  EXPECT_EQ(database.integer("SELECT count(digest) FROM images").value(), 4);
  EXPECT_THAT(old->verify().value().problems, IsEmpty());
}

}  // namespace
}  // namespace loci
