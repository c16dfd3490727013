// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Long calls: the work runs on a thread of its own without the interpreter's lock, while the
// calling thread delivers callbacks and looks for Ctrl-C.
#pragma once

#include "bindings.h"

#include "loci/base/progress.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace loci::python {

/// on_progress(task, done, total)
using OnProgress = std::function<void(const std::string&, int64_t, int64_t)>;

class JobRunner {
 public:
  explicit JobRunner(OnProgress on_progress) : on_progress_(std::move(on_progress)) {}

  /// Runs `work` to its end. An exception of a callback, or Ctrl-C, cancels the work and comes out
  /// of here when it has stopped. Call with the interpreter's lock held.
  template <class Work>
  auto run(Work&& work) -> decltype(work(std::declval<const JobControl&>())) {
    using Outcome = decltype(work(std::declval<const JobControl&>()));
    std::promise<Outcome> promise;
    std::future<Outcome> outcome = promise.get_future();
    const JobControl control = make_control();
    std::thread thread([&] {
      try {
        promise.set_value(work(control));
      } catch (...) {
        promise.set_exception(std::current_exception());
      }
      finish();
    });
    serve();
    {
      py::gil_scoped_release unlocked;
      thread.join();
    }
    if (failure_) std::rethrow_exception(failure_);
    return outcome.get();
  }

  /// Has the calling thread run this, from the worker's.
  void post(std::function<void()> event);

 private:
  JobControl make_control();
  void finish();
  void serve();
  void deliver(const std::function<void()>& event);

  OnProgress on_progress_;
  std::atomic<bool> cancel_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> events_;
  std::optional<Progress> progress_;  // the newest alone: a slow callback does not pile up old ones
  bool done_ = false;
  std::exception_ptr failure_;  // the first of a callback, or KeyboardInterrupt
};

template <class Work>
auto run_job(OnProgress on_progress, Work&& work) {
  return JobRunner(std::move(on_progress)).run(std::forward<Work>(work));
}

}  // namespace loci::python
