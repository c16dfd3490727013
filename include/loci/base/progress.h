// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace loci {

/// How far a long job is. `total` is 0 while it is not known.
struct Progress {
  std::string task;  ///< "describing", "clustering"
  int64_t done = 0;
  int64_t total = 0;
};

/// Where a long job tells how far it is, and from where it learns that it should stop.
/// Threads: the callback is called from one thread at a time; `cancel` may be set from any thread
///          or signal handler.
struct JobControl {
  std::function<void(const Progress&)> on_progress;    ///< may be empty
  std::function<void(const std::string&)> on_message;  ///< notes for a person; may be empty
  const std::atomic<bool>* cancel = nullptr;  ///< the job returns Cancelled soon after this is true

  bool cancelled() const { return cancel != nullptr && cancel->load(std::memory_order_relaxed); }
  void progress(const std::string& task, int64_t done, int64_t total) const {
    if (on_progress) on_progress({task, done, total});
  }
  void message(const std::string& text) const {
    if (on_message) on_message(text);
  }
};

/// Time since construction, in seconds or milliseconds, from the monotonic clock.
class Stopwatch {
 public:
  Stopwatch();
  double seconds() const;
  double milliseconds() const { return seconds() * 1e3; }

 private:
  int64_t start_ns_;
};

}  // namespace loci
