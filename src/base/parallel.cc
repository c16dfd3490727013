// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/parallel.h"

#include "loci/base/check.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <sched.h>
#include <thread>
#include <vector>

namespace loci {
namespace {

/// One call of parallel_for: chunks are taken by counter, so a slow chunk does not hold up the others.
struct Job {
  int64_t n = 0, grain = 1, chunks = 0;
  const std::function<void(int64_t, int64_t)>* body = nullptr;
  std::atomic<int64_t> next{0};
  int helpers_wanted = 0;   // guarded by Pool::mutex_
  int helpers_running = 0;  // guarded by Pool::mutex_
  std::atomic<int> helpers_active{0};
  std::mutex error_mutex;
  std::exception_ptr error;

  void run() {
    for (;;) {
      const int64_t chunk = next.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= chunks) return;
      const int64_t begin = chunk * grain;
      try {
        (*body)(begin, std::min(n, begin + grain));
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!error) error = std::current_exception();
        next.store(chunks, std::memory_order_relaxed);
      }
    }
  }
};

thread_local bool inside_job = false;

/// Short loops follow each other, and putting a thread to sleep and waking it can cost more than one of them: look for a
/// while before sleeping.
template <class Condition>
void spin_until(const Condition& condition) {
  constexpr auto kPatience = std::chrono::microseconds(100);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition() && std::chrono::steady_clock::now() < end) {
  }
}

class Pool {
 public:
  static Pool& instance() {
    static Pool pool;
    return pool;
  }

  void run(Job& job, int helpers) {
    {
      const std::lock_guard lock(mutex_);
      while (static_cast<int>(workers_.size()) < helpers) {
        workers_.emplace_back([this] { work(); });
      }
      job.helpers_wanted = helpers;
      jobs_.push_back(&job);
      posted_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    inside_job = true;
    job.run();
    inside_job = false;
    std::unique_lock lock(mutex_);
    job.helpers_wanted = 0;
    std::erase(jobs_, &job);
    lock.unlock();
    spin_until([&] { return job.helpers_active.load(std::memory_order_acquire) == 0; });
    lock.lock();
    done_.wait(lock, [&] { return job.helpers_running == 0; });
  }

 private:
  Pool() = default;
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  Job* claim() {
    for (Job* job : jobs_) {
      if (job->helpers_wanted > 0) {
        --job->helpers_wanted;
        ++job->helpers_running;
        job->helpers_active.fetch_add(1, std::memory_order_relaxed);
        return job;
      }
    }
    return nullptr;
  }

  void work() {
    inside_job = true;
    std::unique_lock lock(mutex_);
    for (;;) {
      Job* job = nullptr;
      if ((job = claim()) == nullptr && !stopping_) {
        const uint64_t seen = posted_.load(std::memory_order_relaxed);
        lock.unlock();
        spin_until([&] { return posted_.load(std::memory_order_acquire) != seen; });
        lock.lock();
      }
      wake_.wait(lock, [&] { return stopping_ || job != nullptr || (job = claim()) != nullptr; });
      if (job == nullptr) return;
      lock.unlock();
      job->run();
      job->helpers_active.fetch_sub(1, std::memory_order_release);
      lock.lock();
      if (--job->helpers_running == 0) done_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<Job*> jobs_;
  std::vector<std::thread> workers_;
  std::atomic<uint64_t> posted_{0};  // jobs so far
  bool stopping_ = false;
};

}  // namespace

int hardware_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int resolve_threads(int num_threads) {
  LOCI_REQUIRE(num_threads >= 0, "a number of threads is 0 (all) or more");
  return num_threads == 0 ? hardware_threads() : std::min(num_threads, 256);
}

void parallel_for(int64_t n,
                  int64_t grain,
                  int num_threads,
                  const std::function<void(int64_t, int64_t)>& body) {
  LOCI_REQUIRE(grain >= 1, "chunks hold at least one item");
  if (n <= 0) return;
  Job job;
  job.n = n;
  job.grain = grain;
  job.chunks = (n + grain - 1) / grain;
  job.body = &body;
  const int threads = static_cast<int>(std::min<int64_t>(resolve_threads(num_threads), job.chunks));
  if (threads <= 1 || inside_job) {
    for (int64_t begin = 0; begin < n; begin += grain) body(begin, std::min(n, begin + grain));
    return;
  }
  Pool::instance().run(job, threads - 1);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace loci
