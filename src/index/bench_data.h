// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/index/bench.h"

namespace loci::internal {

struct BenchData {
  Matrix rows, queries;
};

/// The descriptors that loci/index/bench.h describes; the same for any number of threads.
BenchData make_bench_data(const SearchBenchOptions& options);

}  // namespace loci::internal
