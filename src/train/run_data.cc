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

namespace {

/// Rows that are not all zeros: a photo that could not be read has a row of zeros, and must neither find nor be found.
std::vector<int64_t> described_rows(ConstMatrixView rows) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const auto row = rows.row(i);
    if (std::ranges::any_of(row, [](float v) { return v != 0; })) out.push_back(i);
  }
  return out;
}

Matrix rows_of(ConstMatrixView all, const std::vector<int64_t>& wanted) {
  Matrix out(std::ssize(wanted), all.cols());
  for (int64_t i = 0; i < out.rows(); ++i)
    std::ranges::copy(all.row(wanted[static_cast<size_t>(i)]), out.row(i).begin());
  return out;
}

}  // namespace

Result<Recall> measure_recall(const ValidationSet& set,
                              ConstMatrixView database,
                              ConstMatrixView queries,
                              int num_threads) {
  const int keep = kRecallCutOffs.back();
  const std::vector<int64_t> images = described_rows(database), asking = described_rows(queries);
  const Matrix own = std::ssize(images) < database.rows() ? rows_of(database, images) : Matrix();
  const ConstMatrixView there =
      own.empty() ? database.rows_from(0, std::ssize(images)) : own.view();
  LOCI_TRY(index, make_flat_index({there}, database.cols(), Storage::kFloat32, 0, num_threads));
  const auto hits =
      index->search(rows_of(queries, asking), result_depth(set.data, keep), num_threads);
  std::vector<std::vector<int64_t>> results(static_cast<size_t>(queries.rows()));
  for (size_t row = 0; row < hits.size(); ++row) {
    auto& list = results[static_cast<size_t>(asking[row])];
    for (const Hit& hit : hits[row]) list.push_back(images[static_cast<size_t>(hit.id)]);
  }
  return recall_at(filter_results(set.data, results, keep), set.positives, kRecallCutOffs);
}

}  // namespace loci::train
