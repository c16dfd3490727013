// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <functional>
#include <thread>
#include <vector>

namespace loci {

/// Threads that run one body each and are always joined.
///
/// The system can refuse a thread (a limit on processes, memory): then those that run are told to end, joined, and the
/// refusal is thrown as Error (Io), so that a caller that unwinds waits for nobody.
/// Threads: one owner
class ThreadGroup {
 public:
  /// `end` tells the bodies that are running to return; called at most once, from the thread that owns the group.
  explicit ThreadGroup(std::function<void()> end = {}) : end_(std::move(end)) {}
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;
  ~ThreadGroup() { join(); }

  /// Starts `body` on a thread of its own; false where the system has no more and others run already.
  /// Throws Error (Io) where it has none at all.
  bool start_if_possible(std::function<void()> body);
  /// Throws Error (Io) where the system has no more, after ending and joining those that run.
  void start(std::function<void()> body);
  int size() const { return static_cast<int>(threads_.size()); }
  /// Tells them to end, and waits for them.
  void join();

 private:
  std::function<void()> end_;
  std::vector<std::thread> threads_;
};

/// The Status of a thread that could not be started, for those who make one themselves.
Status no_thread(int error);

namespace internal {
/// For tests: the n-th thread from now on (0: the next) and all after it are refused; negative: none.
void refuse_threads_after(int n);
bool thread_is_refused();
}  // namespace internal

}  // namespace loci
