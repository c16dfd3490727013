// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "work_queue.h"

#include <utility>
#include <vector>

namespace loci::internal {

WorkQueue::WorkQueue(int num_threads, size_t max_waiting)
    : max_waiting_(max_waiting), threads_([this] { end(); }) {
  for (int i = 0; i < num_threads; ++i) {
    if (!threads_.start_if_possible([this] { work(); })) break;
  }
}

WorkQueue::~WorkQueue() { stop(); }

bool WorkQueue::try_push(std::function<void()> task,
                         Clock::time_point until,
                         std::function<void()> expired) {
  {
    const std::lock_guard lock(mutex_);
    // A task that a free thread will take at once does not wait.
    const size_t free_threads = static_cast<size_t>(threads_.size()) - running_;
    if (stopping_ || tasks_.size() >= max_waiting_ + free_threads) return false;
    tasks_.push_back({std::move(task), std::move(expired), until});
  }
  changed_.notify_one();
  return true;
}

void WorkQueue::expire() { drop(false); }

void WorkQueue::drop(bool all) {
  std::vector<Task> late;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    for (auto it = tasks_.begin(); it != tasks_.end();) {
      if (it->until > now && !all) {
        ++it;
        continue;
      }
      late.push_back(std::move(*it));
      it = tasks_.erase(it);
    }
  }
  for (const Task& task : late) {
    if (task.expired) task.expired();
  }
}

size_t WorkQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

size_t WorkQueue::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

void WorkQueue::end() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool WorkQueue::stop(Clock::time_point until) {
  end();
  std::unique_lock lock(mutex_);
  const auto done = [this] { return running_ == 0 && tasks_.empty(); };
  if (until == Clock::time_point::max()) {
    idle_.wait(lock, done);
    return true;
  }
  if (idle_.wait_until(lock, until, done)) return true;
  lock.unlock();
  drop(true);
  lock.lock();
  return running_ == 0;
}

void WorkQueue::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    ++running_;
    lock.unlock();
    if (task.until <= Clock::now() && task.expired) {
      task.expired();
    } else {
      task.run();
    }
    task = {};  // what it holds is released before it counts as done
    lock.lock();
    if (--running_ == 0) idle_.notify_all();
  }
}

}  // namespace loci::internal
