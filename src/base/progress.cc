// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/progress.h"

#include <chrono>

namespace loci {
namespace {

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Stopwatch::Stopwatch() : start_ns_(now_ns()) {}
double Stopwatch::seconds() const { return static_cast<double>(now_ns() - start_ns_) * 1e-9; }

}  // namespace loci
