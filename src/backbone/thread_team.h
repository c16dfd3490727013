// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

namespace loci::internal {

/// oneDNN runs its loops in libgomp's thread pool, whose idle threads spin for milliseconds before
/// they sleep. Kernels of ours between two of oneDNN's would share a core with a spinning thread if
/// they had a pool of their own, so they run in that same pool, by its plain C entry points.
void run_team(int num_threads, void (*body)(void*), void* data);

/// Calls body() once on each of `num_threads` threads (perhaps fewer); bodies share work by a
/// counter of theirs. A body must not throw.
template <class Body>
void run_team(int num_threads, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  run_team(
      num_threads, [](void* data) { (*static_cast<Plain*>(data))(); }, &body);
}

/// 0 .. num_threads - 1 inside a body.
int team_thread();

/// Sets how many threads oneDNN uses when it is called from this thread, for the life of the
/// object.
class ScopedTeamSize {
 public:
  explicit ScopedTeamSize(int num_threads);
  ~ScopedTeamSize();
  ScopedTeamSize(const ScopedTeamSize&) = delete;
  ScopedTeamSize& operator=(const ScopedTeamSize&) = delete;

 private:
  int before_;
};

}  // namespace loci::internal
