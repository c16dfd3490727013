// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "run_data.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/index/index.h"

#include <algorithm>

namespace loci::train {
namespace {

/// The data set with these queries only (increasing).
Dataset with_queries(const Dataset& whole, const std::vector<int64_t>& queries) {
  Dataset part = whole;
  part.queries.clear();
  part.query_in_database.clear();
  for (const int64_t q : queries) {
    part.queries.push_back(whole.queries[static_cast<size_t>(q)]);
    if (!whole.query_in_database.empty()) {
      part.query_in_database.push_back(whole.query_in_database[static_cast<size_t>(q)]);
    }
  }
  return part;
}

std::vector<int64_t> answerable(const std::vector<std::vector<int64_t>>& positives) {
  std::vector<int64_t> queries;
  for (size_t q = 0; q < positives.size(); ++q) {
    if (!positives[q].empty()) queries.push_back(static_cast<int64_t>(q));
  }
  return queries;
}

std::vector<int64_t> drawn(const std::vector<int64_t>& from, int64_t count, Rng rng) {
  std::vector<int64_t> chosen;
  for (const int64_t i : rng.sample(std::ssize(from), count)) {
    chosen.push_back(from[static_cast<size_t>(i)]);
  }
  return chosen;
}

}  // namespace

Result<RunData> make_run_data(const Dataset& train,
                              const std::optional<Dataset>& validation,
                              const TrainOptions& options) {
  RunData run{.train = train, .validation = std::nullopt, .notes = {}};
  const Dataset& source = validation ? *validation : train;
  if (!validation && options.val_fraction <= 0) {
    run.notes.push_back("no validation: the last epoch is the result, and nothing stops it early");
    return run;
  }
  LOCI_TRY(truth, ground_truth(source));
  std::vector<int64_t> queries = answerable(truth);
  const auto held =
      static_cast<int64_t>(options.val_fraction * static_cast<double>(queries.size()));
  int64_t count = validation ? std::ssize(queries) : std::max<int64_t>(1, held);
  if (options.val_queries > 0) count = std::min<int64_t>(count, options.val_queries);
  if (queries.empty()) {
    if (!validation) return run;  // the training set itself will be refused, with a better reason
    return invalid_argument("the validation set '" + printable(source.name) +
                            "' has no query with a right answer in its database");
  }
  queries = drawn(queries, count, Rng(options.seed, "validation queries"));
  ValidationSet set;
  set.data = with_queries(source, queries);
  for (const int64_t q : queries) set.positives.push_back(truth[static_cast<size_t>(q)]);
  set.held_back = !validation;
  if (!validation) {
    std::vector<int64_t> rest;
    for (int64_t q = 0; q < std::ssize(train.queries); ++q) {
      if (!std::ranges::binary_search(queries, q)) rest.push_back(q);
    }
    run.train = with_queries(train, rest);
    run.notes.push_back(format("no validation set is given: %lld of %zu queries are held back",
                               static_cast<long long>(count),
                               train.queries.size()));
  }
  run.validation = std::move(set);
  return run;
}

Result<Recall> measure_recall(const ValidationSet& set,
                              ConstMatrixView database,
                              ConstMatrixView queries,
                              int num_threads) {
  const int keep = kRecallCutOffs.back();
  LOCI_TRY(index, make_flat_index({database}, database.cols(), Storage::kFloat32, 0, num_threads));
  const auto hits = index->search(queries, result_depth(set.data, keep), num_threads);
  std::vector<std::vector<int64_t>> results(hits.size());
  for (size_t q = 0; q < hits.size(); ++q) {
    for (const Hit& hit : hits[q]) results[q].push_back(hit.id);
  }
  return recall_at(filter_results(set.data, results, keep), set.positives, kRecallCutOffs);
}

}  // namespace loci::train
