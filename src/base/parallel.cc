// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/parallel.h"

#include "loci/base/check.h"
#include "loci/base/thread.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <sched.h>
#include <system_error>
#include <thread>
#include <vector>

namespace loci {
namespace {

/// One call of parallel_for: chunks are taken by counter, so a slow chunk does not hold up the others, and a helper that
/// the scheduler took away between two chunks is not waited for. It may come back when the call is long over: the job is
/// shared, and its body is touched only with a chunk in hand.
struct Job {
  int64_t n = 0, grain = 1, chunks = 0;
  const std::function<void(int64_t, int64_t)>* body = nullptr;
  std::atomic<int64_t> next{0};
  std::atomic<int64_t> done{0};  // chunks
  int helpers_wanted = 0;        // guarded by Pool::mutex_
  std::mutex mutex;
  std::condition_variable finished;
  std::exception_ptr error;  // guarded by mutex

  void run() {
    for (;;) {
      const int64_t chunk = next.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= chunks) return;
      const int64_t begin = chunk * grain;
      try {
        if (!failed.load(std::memory_order_relaxed)) (*body)(begin, std::min(n, begin + grain));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
        failed.store(true, std::memory_order_relaxed);
      }
      if (done.fetch_add(1, std::memory_order_acq_rel) + 1 == chunks) {
        const std::lock_guard lock(mutex);
        finished.notify_all();
      }
    }
  }
  bool all_done() const { return done.load(std::memory_order_acquire) == chunks; }

 private:
  std::atomic<bool> failed{false};  // the chunks that are left are passed over
};

thread_local bool inside_job = false;

/// Short loops follow each other, and putting a thread to sleep and waking it can cost more than one of them: look for a
/// while before sleeping. Where others want the processor, looking gives way to them: it yields.
template <class Condition>
void spin_until(const Condition& condition) {
  constexpr auto kPatience = std::chrono::microseconds(100);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (int looks = 1; !condition(); ++looks) {
    if (looks % 16 != 0) continue;
    if (std::chrono::steady_clock::now() >= end) return;
    ::sched_yield();
  }
}

class Pool {
 public:
  static Pool& instance() {
    static Pool pool;
    return pool;
  }

  void run(const std::shared_ptr<Job>& job, int helpers) {
    {
      const std::lock_guard lock(mutex_);
      // Fewer threads than wanted do the same work.
      while (static_cast<int>(workers_.size()) < helpers && add_worker()) {
      }
      job->helpers_wanted = std::min(helpers, static_cast<int>(workers_.size()));
      jobs_.push_back(job);
      posted_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    inside_job = true;
    job->run();
    inside_job = false;
    {
      const std::lock_guard lock(mutex_);
      job->helpers_wanted = 0;
      std::erase(jobs_, job);
    }
    spin_until([&] { return job->all_done(); });
    std::unique_lock lock(job->mutex);
    job->finished.wait(lock, [&] { return job->all_done(); });
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

  bool add_worker() {
    try {
      workers_.reserve(workers_.size() + 1);
      if (internal::thread_is_refused()) return false;
      workers_.emplace_back([this] { work(); });
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  std::shared_ptr<Job> claim() {
    for (const std::shared_ptr<Job>& job : jobs_) {
      if (job->helpers_wanted > 0) {
        --job->helpers_wanted;
        return job;
      }
    }
    return nullptr;
  }

  void work() {
    inside_job = true;
    std::unique_lock lock(mutex_);
    for (;;) {
      std::shared_ptr<Job> job = claim();
      if (job == nullptr && !stopping_) {
        const uint64_t seen = posted_.load(std::memory_order_relaxed);
        lock.unlock();
        spin_until([&] { return posted_.load(std::memory_order_acquire) != seen; });
        lock.lock();
      }
      wake_.wait(lock, [&] { return stopping_ || job != nullptr || (job = claim()) != nullptr; });
      if (job == nullptr) return;
      lock.unlock();
      job->run();
      job.reset();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<Job>> jobs_;
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
  const int64_t chunks = (n + grain - 1) / grain;
  const int threads = static_cast<int>(std::min<int64_t>(resolve_threads(num_threads), chunks));
  if (threads <= 1 || inside_job) {
    for (int64_t begin = 0; begin < n; begin += grain) body(begin, std::min(n, begin + grain));
    return;
  }
  const auto job = std::make_shared<Job>();
  job->n = n;
  job->grain = grain;
  job->chunks = chunks;
  job->body = &body;
  Pool::instance().run(job, threads - 1);
  if (job->error) std::rethrow_exception(job->error);
}

}  // namespace loci
