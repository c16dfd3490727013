// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "lanes.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

std::unique_ptr<Plan> plan_of(int side, int num_threads, size_t bytes = 64) {
  auto plan = std::make_unique<Plan>();
  plan->batch = 1;
  plan->height = plan->width = side;
  plan->num_threads = num_threads;
  plan->arena_bytes = bytes;
  plan->outputs.resize(1);
  return plan;
}

TEST(Lane, DropsThePlanUnusedForLongest) {
  Lane lane;
  lane.add(plan_of(32, 1, 1000), 2);
  lane.add(plan_of(64, 1, 5000), 2);
  EXPECT_NE(lane.find(1, 32, 32, 1), nullptr);
  lane.add(plan_of(96, 1, 2000), 2);
  EXPECT_EQ(lane.find(1, 64, 64, 1), nullptr);
  EXPECT_NE(lane.find(1, 32, 32, 1), nullptr);
  EXPECT_EQ(lane.find(1, 32, 32, 2), nullptr);
  EXPECT_GE(lane.arena.size(), 5000u);
  EXPECT_EQ(lane.activation_bytes, 5000u);
}

TEST(LanePool, NeverUsesMoreThreadsThanItsTotal) {
  LanePool pool;
  pool.set_total_threads(3);
  std::atomic<int> in_use{0}, worst{0};
  std::vector<std::thread> threads;
  for (const int wanted : {1, 2, 3, 1, 2, 3, 1, 2}) {
    threads.emplace_back([&, wanted] {
      for (int round = 0; round < 50; ++round) {
        const LanePool::Lease lane = pool.acquire(wanted);
        const int now = in_use.fetch_add(wanted) + wanted;
        for (int seen = worst; seen < now && !worst.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        in_use -= wanted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(worst, 3);
}

TEST(LanePool, ALaneGivenBackIsUsedAgain) {
  LanePool pool;
  pool.set_total_threads(2);
  const Lane* first = nullptr;
  {
    const LanePool::Lease lane = pool.acquire(1);
    first = &*lane;
    const LanePool::Lease other = pool.acquire(1);
    EXPECT_NE(&*other, first);
  }
  const LanePool::Lease one = pool.acquire(1), two = pool.acquire(1);
  EXPECT_TRUE(&*one == first || &*two == first);
}

}  // namespace
}  // namespace loci::internal
