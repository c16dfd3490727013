// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/thread.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace loci::internal {

/// Threads that do tasks in the order they came, with room for a bounded number of waiting ones.
/// Threads: all members are safe from any thread but the workers' own
class WorkQueue {
 public:
  using Clock = std::chrono::steady_clock;
  /// Throws Error (Io) where the system gives not one thread; with fewer than asked for it works on.
  WorkQueue(int num_threads, size_t max_waiting);
  ~WorkQueue();

  /// False, at once, when as many wait as may, or after stop(). A task that is still waiting at `until` is dropped and
  /// `expired` called instead.
  bool try_push(std::function<void()> task,
                Clock::time_point until = Clock::time_point::max(),
                std::function<void()> expired = {});
  /// Drops the tasks whose time has passed; to be called now and then, as threads may be busy for long.
  void expire();
  size_t waiting() const;
  size_t running() const;
  /// Takes no more, and lets those in hand and those waiting end until `until`; what waits then is dropped. False where
  /// one is still running: the destructor waits for it.
  bool stop(Clock::time_point until = Clock::time_point::max());

 private:
  struct Task {
    std::function<void()> run, expired;
    Clock::time_point until;
  };
  void work();
  void end();
  void drop(bool all);
  const size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable changed_, idle_;
  std::deque<Task> tasks_;
  size_t running_ = 0;
  bool stopping_ = false;
  ThreadGroup threads_;
};

}  // namespace loci::internal
