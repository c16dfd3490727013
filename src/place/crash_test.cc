// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_support.h"

#include <map>
#include <set>
#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

namespace loci {
namespace {

using test::World;
using testing::HasSubstr;

/// Runs `work` in a child process and returns its id.
template <class Work>
pid_t in_child(const Work& work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  int status = 1;
  try {
    status = work();
  } catch (const std::exception& error) {
    (void)!::write(2, error.what(), std::strlen(error.what()));
  }
  ::_exit(status);  // none of the parent's test state may run down twice
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

/// Photographs by path, as the test expects them: the contents that each may have.
using Allowed = std::map<std::string, std::set<std::string>>;

/// Every image of the collection carries a descriptor of a content that its file had, and all of
/// `promised` are there.
void expect_sound(const World& world,
                  const Allowed& allowed,
                  const std::set<std::string>& promised) {
  const auto db = world.open();
  const auto images = db->images();
  ASSERT_TRUE(images.ok()) << images.status().to_string();
  std::set<std::string> present;
  for (const PlaceImage& image : *images) {
    present.insert(image.path);
    const auto it = allowed.find(image.path);
    ASSERT_NE(it, allowed.end()) << image.path;
    const std::vector<float> stored = db->descriptor(image.id).value();
    EXPECT_TRUE(std::any_of(it->second.begin(), it->second.end(), [&](const std::string& content) {
      return stored == test::fake_descriptor(content) &&
             image.sha256 ==
                 sha256_hex({reinterpret_cast<const uint8_t*>(content.data()), content.size()});
    })) << image.path;
  }
  for (const std::string& path : promised)
    EXPECT_TRUE(present.contains(path)) << path << " was reported added";
  const auto report = db->verify();
  ASSERT_TRUE(report.ok()) << report.status().to_string();
  EXPECT_THAT(report->problems, testing::IsEmpty());
}

/// What the child does when it has reached the n-th point: dies by its own hand, at once, as kill
/// -9 from outside would.
Stage dying_stage(int points_to_live, int report_fd) {
  Stage stage = test::fake_stage();
  stage.batch_images = 3;
  stage.max_segment_bytes = SegmentFormat::kHeaderBytes + 12 * test::kFakeRowBytes;
  stage.at_point = [points_to_live, report_fd, passed = 0](
                       std::string_view point, std::span<const std::string> paths) mutable {
    if (point == "committed") {
      std::string text;
      for (const std::string& path : paths) text += path + '\n';
      (void)!::write(report_fd, text.data(), text.size());
    }
    if (++passed == points_to_live) ::kill(::getpid(), SIGKILL);
  };
  return stage;
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(got));
  return text;
}

/// One life of an indexing process: changes the photographs, indexes (and sometimes compacts), and
/// is killed at a point of the code or after a time. Returns whether it was killed.
bool one_life(const World& world,
              int points_to_live,
              int kill_after_us,
              bool compacts,
              std::set<std::string>* promised) {
  int pipe_fds[2];
  LOCI_REQUIRE(::pipe(pipe_fds) == 0, "a pipe");
  const pid_t child = in_child([&] {
    ::close(pipe_fds[0]);
    const auto db = world.open(dying_stage(points_to_live, pipe_fds[1]));
    const bool ok = db->update({world.photos}, {}, {}).ok() && (!compacts || db->compact().ok());
    return ok ? 0 : 1;
  });
  ::close(pipe_fds[1]);
  if (kill_after_us > 0) {
    ::usleep(static_cast<useconds_t>(kill_after_us));
    ::kill(child, SIGKILL);
  }
  const std::string reported = read_all(pipe_fds[0]);
  ::close(pipe_fds[0]);
  const int status = wait_for(child);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  for (size_t begin = 0, end; (end = reported.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    promised->insert(reported.substr(begin, end - begin));
  }
  return WIFSIGNALED(status);
}

/// Kills until `wanted` processes have died in the middle of their work.
void kill_many_times(int wanted, bool by_clock) {
  World world;
  Rng rng(2026, by_clock ? "by clock" : "at points");
  Allowed allowed;
  std::set<std::string> promised;
  // How long a life is at most, as far as it is known: a process that ended before its kill lived less, one that did not
  // may live longer. So the kills follow the machine, however busy it is.
  double longest_us = 0;
  int killed = 0;
  for (int life = 0; killed < wanted; ++life) {
    ASSERT_LT(life, 5 * wanted) << "too few of the processes die early";
    for (int i = 0; i < 7; ++i) {  // new photographs and changed ones
      const std::string name = std::to_string(rng.below(40)) + ".jpg";
      const std::string content = "version " + std::to_string(life * 10 + i);
      world.photo(name, content);
      allowed[world.path(name)].insert(content);
    }
    const bool first = life == 0;  // lives on, and tells how long a life is
    const int points = by_clock || first ? 0 : 1 + static_cast<int>(rng.below(12));
    const int delay_us = by_clock && !first ? 1 + static_cast<int>(rng.uniform() * longest_us) : 0;
    const Stopwatch watch;
    const bool died = one_life(world, points, delay_us, rng.chance(0.3), &promised);
    killed += died ? 1 : 0;
    longest_us = first ? 1e6 * watch.seconds() : longest_us * (died ? 1.05 : 0.8);
    ASSERT_NO_FATAL_FAILURE(expect_sound(world, allowed, promised));
  }
  const auto db = world.open();
  EXPECT_EQ(world.index(*db).total, static_cast<int64_t>(allowed.size()))
      << "the last run completes the collection";
}

TEST(PlaceDbCrash, KilledAt110PointsOfTheCodeEveryImageIsWhollyInOrOut) {
  kill_many_times(110, false);
}

TEST(PlaceDbCrash, KilledAt110RandomTimesEveryImageIsWhollyInOrOut) { kill_many_times(110, true); }

TEST(PlaceDbCrash, ATornTailOfASegmentIsCutOff) {
  const World world;
  world.photos_numbered(4);
  {
    const auto db = world.open();
    world.index(*db);
  }
  const std::string segment = world.folder + "/segments/00000001.seg";
  const auto whole = std::filesystem::file_size(segment);
  std::filesystem::resize_file(segment, whole + 77);
  ASSERT_TRUE(write_file(world.folder + "/segments/00000002.seg", "rubbish").ok());
  const auto db = world.open();
  EXPECT_EQ(db->size(), 4);
  world.photo("new.jpg", "new");
  world.index(*db);
  EXPECT_EQ(std::filesystem::file_size(segment), whole + test::kFakeRowBytes);
  EXPECT_TRUE(test::holds(*db, world.path("new.jpg"), "new"));
  EXPECT_FALSE(std::filesystem::exists(world.folder + "/segments/00000002.seg"));
}

TEST(PlaceDbCrash, TwoProcessesIndexingAtOnceLoseNothing) {
  const World world;
  world.photos_numbered(60);
  const auto slowly = [&] {
    Stage stage = test::fake_stage();
    stage.batch_images = 10;
    stage.describe_files =
        [](std::span<const std::string> paths, int, const auto& sink, const JobControl& job) {
          return test::fake_describe(
              paths,
              [&](size_t i, DescribedImage&& d) {
                ::usleep(3000);
                return sink(i, std::move(d));
              },
              job);
        };
    return stage;
  };
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t first = in_child([&] {
    Stage stage = slowly();
    stage.at_point = [&](std::string_view, std::span<const std::string>) {
      (void)!::write(ready[1], "x", 1);
    };
    const auto db = world.open(std::move(stage));
    return world.index(*db).added == 60 ? 0 : 1;
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);

  const auto db = world.open();
  const auto refused = db->update({world.photos}, {.max_wait_s = 0}, {});
  EXPECT_EQ(refused.status().code(), Code::kIo);
  EXPECT_THAT(refused.status().message(), HasSubstr("process " + std::to_string(first)));
  std::string said;
  JobControl job;
  job.on_message = [&](const std::string& text) { said += text; };
  const IndexReport report = db->update({world.photos}, {}, job).value();
  EXPECT_EQ(wait_for(first), 0);
  EXPECT_THAT(said, HasSubstr("waiting"));
  EXPECT_EQ(report.unchanged, 60);
  EXPECT_EQ(report.total, 60);
  EXPECT_THAT(db->verify().value().problems, testing::IsEmpty());
  ::close(ready[0]);
  ::close(ready[1]);
}

/// Indexes with files bounded to `limit` bytes: as a disk that is full from there on.
int index_with_little_room(const World& world, rlim_t limit) {
  ::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit bound { limit, limit };
  if (::setrlimit(RLIMIT_FSIZE, &bound) != 0) return 2;
  Stage stage = test::fake_stage();
  stage.batch_images = 16;
  const auto db = world.open(std::move(stage));
  const auto report = db->update({world.photos}, {}, {});
  if (report.ok()) return 3;
  const std::string message = report.status().message();
  if (report.status().code() != Code::kIo) return 4;
  // Where rows cannot be written, the message says how far the run came.
  const bool rows = message.find(".seg") != std::string::npos;
  return !rows || message.find("are saved") != std::string::npos ? 0 : 5;
}

TEST(PlaceDbCrash, WithoutRoomForRowsTheRunFailsAndNothingIsLost) {
  World world;
  world.photos_numbered(20);
  {
    const auto db = world.open();
    world.index(*db);
  }
  Allowed allowed;
  std::set<std::string> promised;
  for (int i = 0; i < 20; ++i) promised.insert(world.path(std::to_string(i) + ".jpg"));
  world.photos_numbered(1500);
  for (int i = 0; i < 1500; ++i)
    allowed[world.path(std::to_string(i) + ".jpg")].insert("photo " + std::to_string(i));
  // Bounds below what the segment, and what the catalogue or its journal, would need.
  for (const rlim_t kib : {rlim_t{5}, rlim_t{30}, rlim_t{60}, rlim_t{100}}) {
    EXPECT_EQ(wait_for(in_child([&] { return index_with_little_room(world, kib * 1024); })), 0)
        << kib;
    ASSERT_NO_FATAL_FAILURE(expect_sound(world, allowed, promised));
  }
  const auto db = world.open();
  EXPECT_EQ(world.index(*db).total, 1500);
}

}  // namespace
}  // namespace loci
