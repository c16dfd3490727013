// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

namespace loci::internal {

/// How many threads one image gets when the caller leaves that open.
///
/// oneDNN cuts a layer into as many equal shares as there are threads and waits for all of them: where another process
/// holds one of the processors, each layer waits for the thread that it pushed aside, and two threads take several times
/// as long as one. So only processors that stand free are counted on, by the number of runnable threads of the machine;
/// and where runs on several threads take much longer than they did, although none seemed taken, single ones are
/// preferred for a while.
/// Sizes are the most allowed and its halves, so that few plans are made.
/// Threads: safe from many threads
class TeamSizer {
 public:
  /// `runnable`: threads that run or want to, on the whole machine, this one among them; negative where unknown.
  explicit TeamSizer(std::function<int()> runnable = runnable_threads, int processors = 0);

  /// The size for the next run, 1 to `most`. Looks again where the processors seem taken, as what holds them may be over
  /// at once.
  /// Cost: some 10 us; up to 0.4 ms where they seem taken.
  int choose(int most);
  /// Tells how long a run on `size` threads took; `work` is in any unit that is the same for all runs.
  void ran(int size, double work, double ms);

  /// From /proc/loadavg, or -1.
  static int runnable_threads();

 private:
  int free_for(int most);
  const std::function<int()> runnable_;
  const int processors_;
  std::mutex mutex_;
  double best_ = 0;           // ms per work of several threads, when nothing disturbs
  int disturbed_ = 0;         // runs of several threads in a row that took much longer
  int singles_left_ = 0;      // runs until several threads are tried again
  int penance_ = 0;           // how many that were the last time
  int64_t last_team_ns_ = 0;  // when the last run of several ended: its threads spin for a while
  int last_size_ = 1;
};

}  // namespace loci::internal
