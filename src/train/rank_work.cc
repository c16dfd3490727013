// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/rank_work.h"

#include "loci/base/check.h"
#include "loci/base/text.h"

#include <algorithm>

namespace loci::train {

int64_t steps_of(std::span<const int64_t> order, int64_t batch) {
  LOCI_REQUIRE(batch >= 1, "a step has at least one query");
  const int64_t whole = static_cast<int64_t>(order.size()) / batch;
  return order.empty() ? 0 : std::max<int64_t>(1, whole);
}

std::vector<int64_t> queries_of_rank(
    std::span<const int64_t> order, int64_t step, int64_t batch, int rank, int num_ranks) {
  LOCI_REQUIRE(step >= 0 && num_ranks >= 1 && rank >= 0 && rank < num_ranks,
               "the rank is one of num_ranks, the step 0 or more");
  std::vector<int64_t> queries;
  if (step >= steps_of(order, batch)) return queries;
  const int64_t end = std::min<int64_t>(step * batch + batch, std::ssize(order));
  for (int64_t i = step * batch + rank; i < end; i += num_ranks)
    queries.push_back(order[static_cast<size_t>(i)]);
  return queries;
}

std::vector<int32_t> pack_memory(const TupleMiner& miner,
                                 std::span<const int64_t> queries,
                                 int64_t slots) {
  LOCI_REQUIRE(static_cast<int64_t>(queries.size()) <= slots, "a slot for each query");
  const auto width = static_cast<size_t>(miner.options().num_remembered) + 1;
  std::vector<int32_t> records(static_cast<size_t>(slots) * width, -1);
  for (size_t i = 0; i < queries.size(); ++i) {
    const auto rows = miner.remembered(queries[i]);
    records[i * width] = static_cast<int32_t>(queries[i]);
    std::copy(rows.begin(), rows.end(), records.begin() + static_cast<int64_t>(i * width + 1));
  }
  return records;
}

Status unpack_memory(std::span<const int32_t> records, TupleMiner* miner) {
  const TrainingSet& set = miner->training_set();
  const auto width = static_cast<size_t>(miner->options().num_remembered) + 1;
  if (records.size() % width != 0) {
    return corrupt(
        format("memory of other processes: %zu numbers are no records of %zu; do all "
               "processes run with the same options?",
               records.size(),
               width));
  }
  const auto rows_of = [&](size_t record) {
    const auto rows = records.subspan(record * width + 1, width - 1);
    return rows.first(static_cast<size_t>(std::find(rows.begin(), rows.end(), -1) - rows.begin()));
  };
  const size_t count = records.size() / width;
  for (size_t i = 0; i < count; ++i) {
    const int64_t query = records[i * width];
    if (query == -1) continue;
    bool fits = query >= 0 && query < set.num_queries();
    for (const int32_t row : rows_of(i)) {
      fits = fits && row >= 0 && row < set.num_database() && set.is_definite_negative(query, row);
    }
    if (!fits) {
      return corrupt(
          format("memory of other processes: record %zu names a query or a row that this "
                 "data set does not have; do all processes read the same?",
                 i));
    }
  }
  for (size_t i = 0; i < count; ++i) {
    if (records[i * width] >= 0) miner->remember(records[i * width], rows_of(i));
  }
  return {};
}

}  // namespace loci::train
