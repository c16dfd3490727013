// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/train/tuples.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci::train {

/// How several processes share the queries of a training step. They all know the whole order of an
/// epoch (TupleMiner::epoch_order), and each takes every num_ranks-th query of a step, so the
/// tuples of a step are those of one process whatever their number.

/// Queries of step `step` (from 0) that process `rank` mines and trains on: of
/// order[step * batch, (step + 1) * batch) those at rank, rank + num_ranks, ... Empty behind the
/// last step; a last step of fewer queries is dropped, as Relja/netvlad does, unless it is the only
/// one.
std::vector<int64_t> queries_of_rank(
    std::span<const int64_t> order, int64_t step, int64_t batch, int rank, int num_ranks);
/// Steps of an epoch: those of `batch` queries, or a single one of fewer.
int64_t steps_of(std::span<const int64_t> order, int64_t batch);

/// What the miner remembers of some queries, as numbers to be gathered from all processes: `slots`
/// records of 1 + num_remembered int32 (the query, or -1; its rows, -1 behind the last), the same
/// count on every process.
/// Contract: no more queries than slots
std::vector<int32_t> pack_memory(const TupleMiner& miner,
                                 std::span<const int64_t> queries,
                                 int64_t slots);
/// Takes over the records of all processes, one after another.
/// Errors: Corrupt for a length, query or row that cannot be; nothing is taken over then
Status unpack_memory(std::span<const int32_t> records, TupleMiner* miner);

}  // namespace loci::train
