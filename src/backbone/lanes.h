// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arena.h"
#include "plan.h"

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace loci::internal {

/// Plans and the block of memory they run on: what one run at a time uses.
struct Lane {
  std::list<std::unique_ptr<Plan>> plans;  // the one used last comes first
  Arena arena;
  size_t activation_bytes = 0;  // the most that a plan of this lane has needed
  size_t scratch_bytes = 0;

  /// The plan of a size, number of threads and of maps returned, or null; moves it to the front.
  Plan* find(int batch, int height, int width, int num_threads, size_t num_outputs = 1);
  /// Adds a plan, drops the one unused for longest when there are more than `max_plans`, and makes
  /// room in the arena.
  Plan* add(std::unique_ptr<Plan> plan, size_t max_plans);
};

/// Lets runs go side by side as long as their threads are not more than a total, in the order in
/// which they came.
class LanePool {
 public:
  class Lease {
   public:
    Lease(LanePool& pool, std::unique_ptr<Lane> lane, int num_threads)
        : pool_(pool), lane_(std::move(lane)), num_threads_(num_threads) {}
    ~Lease() { pool_.give_back(std::move(lane_), num_threads_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lane& operator*() const { return *lane_; }
    Lane* operator->() const { return lane_.get(); }

   private:
    LanePool& pool_;
    std::unique_ptr<Lane> lane_;
    const int num_threads_;
  };

  void set_total_threads(int total) { total_threads_ = total; }
  int total_threads() const { return total_threads_; }
  /// Waits for `num_threads` (at most the total) and a lane.
  Lease acquire(int num_threads);

  /// Sums over the lanes that are not running.
  size_t activation_bytes() const;
  size_t scratch_bytes() const;

 private:
  void give_back(std::unique_ptr<Lane> lane, int num_threads);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int total_threads_ = 1, threads_in_use_ = 0;
  uint64_t next_ticket_ = 0, now_serving_ = 0;
  std::vector<std::unique_ptr<Lane>> idle_;  // the one used last comes last
};

}  // namespace loci::internal
