// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_support.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace loci {
namespace {

using test::World;

std::vector<float> turned(const std::string& content) {
  std::vector<float> values = test::fake_descriptor(content);
  std::rotate(values.begin(), values.begin() + 1, values.end());
  return values;
}

/// A model that sees the same photos otherwise.
Stage next_stage(int points_to_live = 0) {
  Stage stage = test::fake_stage();
  stage.model = test::fake_model("next", 3);
  stage.describe_files = [](std::span<const std::string> paths,
                            int,
                            const std::function<bool(size_t, DescribedImage &&)>& sink,
                            const JobControl& job) {
    return test::fake_describe(
        paths,
        [&](size_t i, DescribedImage&& described) {
          if (described.status.ok())
            std::rotate(described.descriptor.begin(),
                        described.descriptor.begin() + 1,
                        described.descriptor.end());
          return sink(i, std::move(described));
        },
        job);
  };
  stage.at_point = [points_to_live, passed = 0](std::string_view,
                                                std::span<const std::string>) mutable {
    if (++passed == points_to_live) ::kill(::getpid(), SIGKILL);
  };
  return stage;
}

std::unique_ptr<Collection> reopened(const World& world) {
  auto catalogue = Catalogue::open(world.folder);
  const std::string fingerprint = catalogue->info()->fingerprint;
  const bool old = fingerprint == test::fake_model()->fingerprint;
  EXPECT_EQ(collection_model(world.folder, fingerprint).value()->fingerprint, fingerprint);
  return world.open(old ? test::fake_stage() : next_stage());
}

void expect_all(const Collection& db, int count, bool old) {
  const auto images = db.images().value();
  ASSERT_EQ(std::ssize(images), count);
  for (const PlaceImage& image : images) {
    const std::string content = read_text_file(image.path).value();
    EXPECT_EQ(db.descriptor(image.id).value(),
              old ? test::fake_descriptor(content) : turned(content));
  }
  EXPECT_THAT(db.verify().value().problems, testing::IsEmpty());
}

Status replace(const World& world, const Stage& next) {
  return Collection::replace_model(world.folder, next, describe_again(next, 1, {}));
}

TEST(Relearn, EveryPhotoGetsADescriptorOfTheNewModel) {
  const World world;
  world.photos_numbered(300);
  world.index(*world.open());
  const Stage next = next_stage();
  ASSERT_TRUE(replace(world, next).ok());
  expect_all(*reopened(world), 300, false);
  EXPECT_EQ(Catalogue::open(world.folder)->info()->model_name, "next");
}

TEST(Relearn, PhotoThatCannotBeReadLeavesTheCollectionAsItWas) {
  const World world;
  world.photos_numbered(10);
  world.index(*world.open());
  std::filesystem::remove(world.path("3.jpg"));
  const Status status = replace(world, next_stage());
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.message(), testing::HasSubstr("1 of its photos"));
  world.photo("3.jpg", "photo 3");
  expect_all(*reopened(world), 10, true);
}

TEST(Relearn, KilledAnywhereTheCollectionIsWhollyOldOrWhollyNew) {
  int killed = 0, old = 0;
  for (int point = 1; point <= 5; ++point) {
    const World world;
    world.photos_numbered(20);
    world.index(*world.open());
    const pid_t child = ::fork();
    if (child == 0) {
      (void)replace(world, next_stage(point)).ok();
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
    const auto db = reopened(world);
    const bool is_old = Catalogue::open(world.folder)->info()->model_name == "fake";
    old += is_old;
    expect_all(*db, 20, is_old);
    // The next one starts from whatever is there.
    ASSERT_TRUE(replace(world, next_stage()).ok());
    expect_all(*reopened(world), 20, false);
  }
  EXPECT_EQ(killed, 4);
  EXPECT_EQ(old, 3);
}

}  // namespace
}  // namespace loci
