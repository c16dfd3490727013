// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/thread.h"

#include "loci/base/parallel.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

namespace loci {
namespace {

class RefusedThreads : public testing::Test {
 protected:
  void TearDown() override { internal::refuse_threads_after(-1); }
};

TEST_F(RefusedThreads, ThoseThatRunAreToldToEndAndJoined) {
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  std::atomic<int> ended{0};
  ThreadGroup group([&] {
    const std::lock_guard lock(mutex);
    stop = true;
    changed.notify_all();
  });
  const auto wait = [&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return stop; });
    ++ended;
  };
  internal::refuse_threads_after(2);
  group.start(wait);
  group.start(wait);
  try {
    group.start(wait);
    FAIL() << "the third thread was refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.status().code(), Code::kIo);
    EXPECT_NE(error.status().message().find("no more threads"), std::string::npos);
  }
  EXPECT_EQ(ended.load(), 2);
  EXPECT_EQ(group.size(), 0);
}

TEST_F(RefusedThreads, AGroupMayGoOnWithFewer) {
  internal::refuse_threads_after(1);
  std::atomic<int> ran{0};
  {
    ThreadGroup group;
    EXPECT_TRUE(group.start_if_possible([&] { ++ran; }));
    EXPECT_FALSE(group.start_if_possible([&] { ++ran; }));
  }
  EXPECT_EQ(ran.load(), 1);
  internal::refuse_threads_after(0);
  ThreadGroup none;
  EXPECT_THROW(none.start_if_possible([] {}), Error);
}

TEST_F(RefusedThreads, ALoopIsDoneByThoseThatAreThere) {
  internal::refuse_threads_after(0);
  std::atomic<int> sum{0};
  parallel_for(1000, 1, 64, [&](int64_t, int64_t) { ++sum; });
  EXPECT_EQ(sum.load(), 1000);
}

}  // namespace
}  // namespace loci
