// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "bench_busy.h"

#include "loci/base/progress.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <unistd.h>
#include <vector>

#include <sys/prctl.h>
#include <sys/wait.h>

namespace loci::cli {
namespace {

/// Processes that compute without end, until this object ends or its process does.
class Spinners {
 public:
  ~Spinners() {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }
  Status start(int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child < 0) return io_error("no process can be started to be busy", errno);
      if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (std::atomic<unsigned> spin{0};;) spin.fetch_add(1, std::memory_order_relaxed);
      }
      children_.push_back(child);
    }
    return {};
  }

 private:
  std::vector<pid_t> children_;
};

double part_below(std::vector<double>& values, double part) {
  std::sort(values.begin(), values.end());
  return values.empty()
             ? 0
             : values[static_cast<size_t>(static_cast<double>(values.size() - 1) * part)];
}

}  // namespace

Status bench_busy(const std::function<Status(int)>& work, BusyBench* bench) {
  constexpr int kBlock = 10;
  std::vector<double> single, fair;
  for (const int threads : {1, 0}) LOCI_RETURN_IF_ERROR(work(threads));  // plans
  Spinners spinners;
  LOCI_RETURN_IF_ERROR(spinners.start(bench->processes));
  for (int done = 0; done < bench->runs; done += kBlock) {
    for (const int threads : {1, 0}) {
      for (int i = 0; i < std::min(kBlock, bench->runs - done); ++i) {
        const Stopwatch watch;
        LOCI_RETURN_IF_ERROR(work(threads));
        (threads == 1 ? single : fair).push_back(watch.milliseconds());
      }
    }
  }
  bench->single_ms = part_below(single, 0.5);
  bench->single_p99_ms = part_below(single, 0.99);
  bench->default_ms = part_below(fair, 0.5);
  bench->default_p99_ms = part_below(fair, 0.99);
  return {};
}

}  // namespace loci::cli
