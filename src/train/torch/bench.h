// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/train/bench.h"

namespace loci::train {

/// Times a training step on random pixels and weights, on the CPU.
/// Errors: NotFound for an unknown architecture; InvalidArgument for sizes below 32 or no negatives
Result<TrainBench> bench_training(const TrainBenchOptions& options, const JobControl& job);

}  // namespace loci::train
