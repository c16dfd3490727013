// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <string>

namespace loci {

/// The right to change a collection: an exclusive flock on a file in its folder. The system takes
/// it back when the process ends in whatever way, so a killed one leaves no stale lock. It also
/// keeps two objects of one process apart.
class WriteLock {
 public:
  /// Waits up to `max_wait_s` (negative: as long as it takes) and says once through `job` that and
  /// for whom it waits.
  /// Errors:  Io when the time is over, Cancelled when the job is
  static Result<WriteLock> acquire(const std::string& path,
                                   double max_wait_s,
                                   const JobControl& job);
  WriteLock(WriteLock&& other) noexcept;
  WriteLock& operator=(WriteLock&&) = delete;
  ~WriteLock();

 private:
  explicit WriteLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace loci
