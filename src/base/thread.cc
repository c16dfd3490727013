// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/thread.h"

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

namespace loci {
namespace {

std::atomic<int> threads_left{-1};

}  // namespace

Status no_thread(int error) {
  return io_error(
      "the system gives no more threads (a limit on processes or memory); allow more, or ask for "
      "fewer with --threads or --workers",
      error);
}

namespace internal {

void refuse_threads_after(int n) { threads_left = n; }

bool thread_is_refused() {
  int left = threads_left.load();
  while (left > 0 && !threads_left.compare_exchange_weak(left, left - 1)) {
  }
  return left == 0;
}

}  // namespace internal

bool ThreadGroup::start_if_possible(std::function<void()> body) {
  try {
    threads_.reserve(threads_.size() + 1);  // nothing is thrown between the thread and its place
    if (internal::thread_is_refused())
      throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    threads_.emplace_back(std::move(body));
    return true;
  } catch (const std::system_error& refused) {
    if (threads_.empty()) throw Error(no_thread(refused.code().value()));
    return false;
  }
}

void ThreadGroup::start(std::function<void()> body) {
  if (start_if_possible(std::move(body))) return;
  join();
  throw Error(no_thread(EAGAIN));
}

void ThreadGroup::join() {
  if (auto end = std::exchange(end_, nullptr)) end();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  threads_.clear();
}

}  // namespace loci
