// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "job.h"

#include <chrono>

namespace loci::python {

JobControl JobRunner::make_control() {
  JobControl control;
  control.cancel = &cancel_;
  if (on_progress_) {
    control.on_progress = [this](const Progress& progress) {
      const std::lock_guard lock(mutex_);
      progress_ = progress;
      changed_.notify_one();
    };
  }
  return control;
}

void JobRunner::post(std::function<void()> event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  changed_.notify_one();
}

void JobRunner::finish() {
  const std::lock_guard lock(mutex_);
  done_ = true;
  changed_.notify_one();
}

void JobRunner::deliver(const std::function<void()>& event) {
  if (failure_) return;
  try {
    event();
  } catch (...) {
    failure_ = std::current_exception();
    cancel_ = true;
  }
}

void JobRunner::serve() {
  bool done = false;
  while (!done) {
    std::deque<std::function<void()>> events;
    std::optional<Progress> progress;
    {
      py::gil_scoped_release unlocked;
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(100), [&] {
        return done_ || progress_ || !events_.empty();
      });
      events.swap(events_);
      progress.swap(progress_);
      done = done_;
    }
    deliver([] {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    });
    for (const auto& event : events) deliver(event);
    if (progress) deliver([&] { on_progress_(progress->task, progress->done, progress->total); });
  }
}

}  // namespace loci::python
