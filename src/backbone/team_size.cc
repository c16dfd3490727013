// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "team_size.h"

#include "loci/base/parallel.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace loci::internal {
namespace {

constexpr int kLooks = 3;
constexpr auto kBetweenLooks = std::chrono::microseconds(200);
// libgomp's threads look for work that long after a run before they sleep, and count as runnable meanwhile.
constexpr int64_t kSpinNs = 20'000'000;
constexpr double kMuchLonger = 1.6;
constexpr int kDisturbedRuns = 2;
constexpr int kFirstPenance = 8, kLongestPenance = 512;

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// 0 where this process may run on some of the processors only: who runs on them is not known then.
int processors_if_all() {
  const int ours = hardware_threads();
  return ours == static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)) ? ours : 0;
}

}  // namespace

int TeamSizer::runnable_threads() {
  static const int fd = ::open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  char text[128];
  const ssize_t got = fd < 0 ? -1 : ::pread(fd, text, sizeof text - 1, 0);
  if (got <= 0) return -1;
  text[got] = '\0';
  int runnable = 0, all = 0;
  const char* slash = std::strchr(text, '/');
  if (slash == nullptr) return -1;
  while (slash > text && slash[-1] != ' ') --slash;
  return std::sscanf(slash, "%d/%d", &runnable, &all) == 2 ? runnable : -1;
}

TeamSizer::TeamSizer(std::function<int()> runnable, int processors)
    : runnable_(std::move(runnable)),
      processors_(processors > 0 ? processors : processors_if_all()) {}

/// The most threads, of `most` and its halves, for which processors stand free.
int TeamSizer::free_for(int most) {
  const bool spinning = now_ns() - last_team_ns_ < kSpinNs;
  const int runnable = runnable_();
  if (runnable < 0 || processors_ == 0) return most;
  const int others = std::max(0, runnable - (spinning ? last_size_ : 1));
  int size = most;
  while (size > 1 && size > processors_ - others) size /= 2;
  return size;
}

int TeamSizer::choose(int most) {
  if (most <= 1) return 1;
  const std::lock_guard lock(mutex_);
  if (singles_left_ > 0) {
    --singles_left_;
    return 1;
  }
  int size = free_for(most);
  for (int look = 1; look < kLooks && size < most; ++look) {
    std::this_thread::sleep_for(kBetweenLooks);
    size = std::max(size, free_for(most));
  }
  return size;
}

void TeamSizer::ran(int size, double work, double ms) {
  if (size <= 1 || work <= 0) return;
  const std::lock_guard lock(mutex_);
  last_team_ns_ = now_ns();
  last_size_ = size;
  const double each = ms * size / work;
  if (best_ == 0 || each < best_ * kMuchLonger) {
    best_ = best_ == 0 ? each : std::min(each, best_ * 1.01);  // forgets slowly
    disturbed_ = 0;
    if (each < best_ * 1.1) penance_ = 0;
    return;
  }
  if (++disturbed_ < (penance_ > 0 ? 1 : kDisturbedRuns)) return;
  penance_ = penance_ == 0 ? kFirstPenance : std::min(2 * penance_, kLongestPenance);
  singles_left_ = penance_;
  disturbed_ = 0;
}

}  // namespace loci::internal
