// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace loci {

/// The number of processors this process may run on (its affinity mask), at least 1.
int hardware_threads();

/// Turns the `--threads` convention into a number: 0 means all processors, anything else is itself.
int resolve_threads(int num_threads);

/// Runs `body(begin, end)` over [0, n) cut into chunks of `grain` (the last may be shorter), on at most `num_threads`
/// threads (0: all processors); the calling thread is one of them. Returns when all chunks are done; the first
/// exception of a body is thrown again here.
///
/// The chunks depend on n and grain alone, never on the number of threads: a body that reduces into a slot for its
/// chunk (begin / grain), summed in order afterwards, gives the same bits on any machine.
///
/// Threads: may be called from several threads at once and from inside a body; inner calls run on
///          the caller's thread.
/// Cost:    a few microseconds to wake the process-wide pool, which starts with the first call and
///          is never larger than the most threads ever asked for.
void parallel_for(int64_t n,
                  int64_t grain,
                  int num_threads,
                  const std::function<void(int64_t begin, int64_t end)>& body);

}  // namespace loci
