// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/parallel.h"

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(ParallelFor, EveryItemRunsExactlyOnce) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> hits(1001);
    parallel_for(1001, 7, threads, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++hits[static_cast<size_t>(i)];
    });
    for (const auto& hit : hits) EXPECT_EQ(hit.load(), 1);
  }
}

TEST(ParallelFor, ChunksDoNotDependOnTheNumberOfThreads) {
  const auto chunks = [](int threads) {
    std::set<std::pair<int64_t, int64_t>> seen;
    std::mutex mutex;
    parallel_for(100, 30, threads, [&](int64_t begin, int64_t end) {
      const std::lock_guard lock(mutex);
      seen.insert({begin, end});
    });
    return seen;
  };
  EXPECT_EQ(chunks(1), chunks(4));
  EXPECT_EQ(chunks(4).size(), 4u);
}

TEST(ParallelFor, ExceptionOfABodyReachesTheCaller) {
  EXPECT_THROW(parallel_for(50,
                            1,
                            3,
                            [](int64_t i, int64_t) {
                              if (i == 17) throw std::runtime_error("seventeen");
                            }),
               std::runtime_error);
  std::atomic<int> after{0};
  parallel_for(10, 1, 3, [&](int64_t, int64_t) { ++after; });
  EXPECT_EQ(after.load(), 10);
}

TEST(ParallelFor, NestedCallsAndManyCallersFinish) {
  std::atomic<int> count{0};
  std::vector<std::jthread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        parallel_for(8, 1, 3, [&](int64_t, int64_t) {
          parallel_for(4, 1, 3, [&](int64_t, int64_t) { ++count; });
        });
      }
    });
  }
  callers.clear();
  EXPECT_EQ(count.load(), 4 * 20 * 8 * 4);
}

}  // namespace
}  // namespace loci
