// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace loci::internal {

/// Threads that do tasks in the order they came, with room for a bounded number of waiting ones.
/// Threads: all members are safe from any thread but the workers' own
class WorkQueue {
 public:
  WorkQueue(int num_threads, size_t max_waiting);
  ~WorkQueue() { stop(); }

  /// False, at once, when as many wait as may, or after stop().
  bool try_push(std::function<void()> task);
  size_t waiting() const;
  size_t running() const;
  /// Lets the tasks in hand and those waiting end, and joins the threads.
  void stop();

 private:
  void work();
  const size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace loci::internal
