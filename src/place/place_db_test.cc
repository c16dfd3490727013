// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/place_db.h"

#include "test_support.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using test::holds;
using test::World;
using testing::HasSubstr;

TEST(PlaceDb, FindsThePhotographThatWasAsked) {
  const World world;
  world.photos_numbered(40);
  const auto db = world.open();
  const IndexReport report = world.index(*db);
  EXPECT_EQ(report.added, 40);
  EXPECT_EQ(report.total, 40);
  EXPECT_TRUE(report.failed.empty());
  const QueryAnswer answer = db->query_descriptor(test::fake_descriptor("photo 17"), 3, {}).value();
  ASSERT_EQ(answer.matches.size(), 3u);
  EXPECT_EQ(answer.matches[0].image.path, world.path("17.jpg"));
  EXPECT_NEAR(answer.matches[0].score, 1, 1e-6);
  EXPECT_GE(answer.matches[1].score, answer.matches[2].score);
}

TEST(PlaceDb, APhotographOfTheCollectionAsksForTheOthers) {
  const World world;
  world.photos_numbered(40);
  const auto db = world.open();
  world.index(*db);
  const auto descriptor = test::fake_descriptor("photo 17");
  const QueryAnswer all = db->query_descriptor(descriptor, 4, {}).value();
  const QueryAnswer others =
      db->query_descriptor(descriptor, 3, {}, world.photos + "/../photos/17.jpg").value();
  ASSERT_EQ(others.matches.size(), 3u);
  for (size_t i = 0; i < 3; ++i)
    EXPECT_EQ(others.matches[i].image.path, all.matches[i + 1].image.path);
  EXPECT_EQ(db->query_descriptor(descriptor, 40, {}, world.path("17.jpg")).value().matches.size(),
            39u);
  EXPECT_EQ(db->query_descriptor(descriptor, 3, {}, world.path("none.jpg")).value().matches.size(),
            3u);
}

TEST(PlaceDb, SecondUpdateFindsEverythingUnchanged) {
  const World world;
  world.photos_numbered(5);
  const auto db = world.open();
  world.index(*db);
  const IndexReport again = world.index(*db);
  EXPECT_EQ(again.unchanged, 5);
  EXPECT_EQ(again.added + again.updated + again.removed, 0);
}

TEST(PlaceDb, UnchangedFilesAreNotOpened) {
  const World world;
  world.photos_numbered(3);
  const auto db = world.open();
  world.index(*db);
  // Other content under the same size and time: nobody may notice.
  const auto before = file_info(world.path("1.jpg")).value();
  world.photo("1.jpg", "photo X");
  test::set_time(world.path("1.jpg"), 1000);
  world.photo("2.jpg", "photo 2");
  test::set_time(world.path("2.jpg"), 1000);
  world.index(*db);
  world.photo("2.jpg", "photo Y");
  test::set_time(world.path("2.jpg"), 1000);
  EXPECT_EQ(world.index(*db).unchanged, 3);
  EXPECT_TRUE(holds(*db, world.path("2.jpg"), "photo 2"));
  EXPECT_EQ(before.size, 7u);
}

TEST(PlaceDb, ChangedPhotographIsDescribedAgainUnderItsNumber) {
  const World world;
  world.photos_numbered(3);
  const auto db = world.open();
  world.index(*db);
  const auto before = db->images().value();
  world.photo("1.jpg", "another view");
  const IndexReport report = world.index(*db);
  EXPECT_EQ(report.updated, 1);
  EXPECT_EQ(report.unchanged, 2);
  EXPECT_TRUE(holds(*db, world.path("1.jpg"), "another view"));
  EXPECT_EQ(db->images().value()[1].id, before[1].id);
}

TEST(PlaceDb, TouchedPhotographKeepsItsDescriptor) {
  const World world;
  world.photos_numbered(3);
  auto stage = test::fake_stage();
  int described = 0;
  stage.describe_files =
      [&](std::span<const std::string> paths, int, const auto& sink, const JobControl& job) {
        described += static_cast<int>(paths.size());
        return test::fake_describe(paths, sink, job);
      };
  const auto db = world.open(std::move(stage));
  world.index(*db);
  test::set_time(world.path("0.jpg"), 12345);
  const IndexReport report = world.index(*db);
  EXPECT_EQ(report.unchanged, 3);
  EXPECT_EQ(report.updated, 0);
  EXPECT_EQ(described, 3);
  EXPECT_EQ(db->images().value()[0].mtime_ns, int64_t{12345} * 1'000'000'000);
}

TEST(PlaceDb, RemovedFilesAreForgottenOnlyBelowTheGivenFolders) {
  const World world;
  world.photo("a/1.jpg", "one");
  world.photo("b/2.jpg", "two");
  const auto db = world.open();
  world.index(*db);
  std::filesystem::remove(world.path("a/1.jpg"));
  std::filesystem::remove(world.path("b/2.jpg"));
  const IndexReport report = db->update({world.photos + "/b"}, {}, {}).value();
  EXPECT_EQ(report.removed, 1);
  EXPECT_EQ(report.total, 1);
  EXPECT_EQ(db->images().value()[0].path, world.path("a/1.jpg"));
  EXPECT_EQ(db->update({world.path("a/1.jpg")}, {}, {}).value().removed, 1);
  EXPECT_EQ(db->size(), 0);
}

TEST(PlaceDb, RemoveMissingCanBeSwitchedOff) {
  const World world;
  world.photos_numbered(2);
  const auto db = world.open();
  world.index(*db);
  std::filesystem::remove(world.path("0.jpg"));
  EXPECT_EQ(db->update({world.photos}, {.remove_missing = false}, {}).value().total, 2);
}

TEST(PlaceDb, RemovedPhotographsAreNoMatches) {
  const World world;
  world.photos_numbered(10);
  const auto db = world.open();
  world.index(*db);
  EXPECT_EQ(db->remove({world.path("4.jpg"), world.path("nothing")}).value(), 1);
  const auto answer = db->query_descriptor(test::fake_descriptor("photo 4"), 10, {}).value();
  EXPECT_EQ(answer.matches.size(), 9u);
  for (const Match& match : answer.matches) EXPECT_NE(match.image.path, world.path("4.jpg"));
  EXPECT_EQ(db->remove({world.photos}).value(), 9);
  EXPECT_TRUE(db->query_descriptor(test::fake_descriptor("x"), 1, {}).value().matches.empty());
}

TEST(PlaceDb, FailedPhotographsAreReportedAndTriedAgain) {
  const World world;
  world.photos_numbered(2);
  world.photo("broken.jpg", "bad");
  const auto db = world.open();
  for (int round = 0; round < 2; ++round) {
    const IndexReport report = world.index(*db);
    ASSERT_EQ(report.failed.size(), 1u);
    EXPECT_EQ(report.failed[0].image, world.path("broken.jpg"));
    EXPECT_EQ(report.total, 2);
  }
  world.photo("broken.jpg", "mended");
  EXPECT_EQ(world.index(*db).added, 1);
}

TEST(PlaceDb, AKnownPhotographThatBreaksKeepsItsOldDescriptor) {
  const World world;
  world.photo("1.jpg", "good");
  const auto db = world.open();
  world.index(*db);
  world.photo("1.jpg", "bad now");
  EXPECT_EQ(world.index(*db).failed.size(), 1u);
  EXPECT_TRUE(holds(*db, world.path("1.jpg"), "good"));
  EXPECT_EQ(world.index(*db).failed.size(), 1u) << "tried again";
}

TEST(PlaceDb, CancelKeepsWhatIsDoneAndTheNextUpdateGoesOn) {
  const World world;
  world.photos_numbered(30);
  const auto db = world.open();
  std::atomic<bool> stop{false};
  JobControl job;
  job.cancel = &stop;
  job.on_progress = [&](const Progress& p) { stop = p.task == "describing" && p.done == 11; };
  const IndexReport report = db->update({world.photos}, {}, job).value();
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.added, 11);
  EXPECT_EQ(report.total, 11);
  const IndexReport rest = world.index(*db);
  EXPECT_EQ(rest.unchanged, 11);
  EXPECT_EQ(rest.added, 19);
}

TEST(PlaceDb, ProgressCountsEveryPhotograph) {
  const World world;
  world.photos_numbered(4);
  world.photo("broken.jpg", "bad");
  const auto db = world.open();
  Progress last;
  JobControl job;
  job.on_progress = [&](const Progress& p) {
    if (p.task == "describing") last = p;
  };
  ASSERT_TRUE(db->update({world.photos}, {}, job).ok());
  EXPECT_EQ(last.done, 5);
  EXPECT_EQ(last.total, 5);
}

TEST(PlaceDb, AReaderSeesItsStateUntilItRefreshes) {
  const World world;
  world.photos_numbered(3);
  const auto writer = world.open();
  world.index(*writer);
  const auto reader = world.open();
  EXPECT_EQ(reader->size(), 3);
  world.photo("new.jpg", "new");
  world.index(*writer);
  ASSERT_TRUE(writer->remove({world.path("0.jpg")}).ok());
  ASSERT_TRUE(writer->compact().ok());
  EXPECT_EQ(reader->size(), 3);
  EXPECT_EQ(reader->query_descriptor(test::fake_descriptor("photo 0"), 1, {})
                .value()
                .matches[0]
                .image.path,
            world.path("0.jpg"));
  ASSERT_TRUE(reader->refresh().ok());
  EXPECT_EQ(reader->size(), 3);
  EXPECT_TRUE(holds(*reader, world.path("new.jpg"), "new"));
  EXPECT_FALSE(holds(*reader, world.path("0.jpg"), "photo 0"));
}

TEST(PlaceDb, AnswersManyThreadsWhileItIsUpdated) {
  const World world;
  world.photos_numbered(20);
  const auto db = world.open();
  world.index(*db);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < 4; ++t) {
      readers.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          const std::string name = std::to_string((i + t) % 20);
          const auto answer = db->query_descriptor(test::fake_descriptor("photo " + name), 1, {});
          if (!answer.ok() || answer->matches.empty() ||
              answer->matches[0].image.path != world.path(name + ".jpg"))
            ++wrong;
        }
      });
    }
    for (int i = 0; i < 10; ++i) {
      world.photo("more" + std::to_string(i) + ".jpg", "more " + std::to_string(i));
      world.index(*db);
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(db->size(), 30);
}

TEST(PlaceDb, RowsSpreadOverSegmentsOfBoundedSize) {
  const World world;
  world.photos_numbered(100);
  Stage stage = test::fake_stage();
  stage.max_segment_bytes = SegmentFormat::kHeaderBytes + 20 * test::kFakeRowBytes;
  stage.batch_images = 10;
  const auto db = world.open(std::move(stage));
  world.index(*db);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(world.folder + "/segments")) {
    EXPECT_LE(entry.file_size(), SegmentFormat::kHeaderBytes + 20 * test::kFakeRowBytes);
    ++files;
  }
  EXPECT_EQ(files, 5);
  for (int i = 0; i < 100; i += 7) {
    EXPECT_TRUE(holds(*db, world.path(std::to_string(i) + ".jpg"), "photo " + std::to_string(i)));
  }
}

TEST(PlaceDb, RefusesQueriesThatMakeNoSense) {
  const World world;
  const auto db = world.open();
  EXPECT_EQ(db->query_descriptor(std::vector<float>(3), 1, {}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(db->query_descriptor(test::fake_descriptor("x"), 0, {}).status().code(),
            Code::kInvalidArgument);
  std::vector<float> nan(test::kFakeDim, NAN);
  EXPECT_EQ(db->query_descriptor(nan, 1, {}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(db->image(5).status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace loci
