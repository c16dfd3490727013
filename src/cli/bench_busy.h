// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <functional>

namespace loci::cli {

/// Times of one thing done on one thread and on the default number, in turns, beside processes that compute without end.
struct BusyBench {
  int processes = 0;  ///< that spin beside it
  int runs = 200;
  double single_ms = 0, single_p99_ms = 0, default_ms = 0, default_p99_ms = 0;

  double ratio() const { return single_ms > 0 ? default_ms / single_ms : 0; }
  double ratio_p99() const { return single_p99_ms > 0 ? default_p99_ms / single_p99_ms : 0; }
};

/// Runs `work(num_threads)` with 1 and 0 (the default) in blocks that take turns, so that a change of the load meets
/// both.
/// Errors: Io where no process can be started; those of `work`
Status bench_busy(const std::function<Status(int num_threads)>& work, BusyBench* bench);

}  // namespace loci::cli
