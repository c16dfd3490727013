// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/data/dataset.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci {

/// Recall@N: part of the queries with at least one right answer among the first N results.
struct Recall {
  std::vector<int> n;  ///< the cut-offs, such as 1 5 10 20
  /// Over all queries: one without right answer in the database is a miss.
  std::vector<double> all;
  std::vector<double> answerable;           ///< over the queries that have one
  std::vector<int64_t> correct;             ///< hits at each cut-off, the numerator of both
  std::vector<double> ci95_low, ci95_high;  ///< 95 % bootstrap interval of `all`
  std::vector<double> answerable_ci95_low, answerable_ci95_high;  ///< the same of `answerable`
  int64_t queries = 0;
  int64_t answerable_queries = 0;
  std::vector<int> first_right;  ///< per query: 1-based rank of its first right answer, 0 for none
};

/// `results[q]`: database rows, best first; `positives[q]`: right rows, increasing. A result list
/// shorter than a cut-off counts as it is. Without queries all figures are 0.
///
/// Interval: percentile bootstrap over queries (Efron, 1979), the same for the same seed; it tells
///           how much the figure would move with another draw of queries, not how much with other
///           places. Empty result sets give 0 to 0, and a recall of exactly 0 or 1 has an interval
///           of no width.
/// Errors:   contract: one list of each for every query
/// Cost:     bootstrap_samples * Q random numbers: 0.1 s for 6,816 queries
Recall recall_at(const std::vector<std::vector<int64_t>>& results,
                 const std::vector<std::vector<int64_t>>& positives,
                 const std::vector<int>& n,
                 int bootstrap_samples = 2000,
                 uint64_t seed = 1);

/// How much more the second of two runs over the same queries recalls.
struct RecallGain {
  std::vector<double> gain;  ///< of `all`, at the cut-offs of both
  std::vector<double> ci95_low, ci95_high;
};

/// Interval: paired percentile bootstrap (Efron, 1979): the same queries are drawn for both
///           runs, so what makes a query hard for either cancels out. Above zero: better on more
///           than this draw.
/// Errors:   contract: the same cut-offs and number of queries
/// Cost:     bootstrap_samples * Q random numbers a cut-off
RecallGain recall_gain(const Recall& before,
                       const Recall& after,
                       int bootstrap_samples = 2000,
                       uint64_t seed = 1);

/// Applies the rule's filters to ranked results: the query's own photograph, one result per group
/// (its best; rows without a group stay), other times only, the gap of frames. `results` must reach
/// deep enough (see result_depth); the answer is cut to `keep`.
std::vector<std::vector<int64_t>> filter_results(const Dataset& dataset,
                                                 const std::vector<std::vector<int64_t>>& results,
                                                 int keep);
/// How many raw results the rule needs so that `keep` are left: 12 x for groups, 10 x for times
/// (Relja/netvlad), one more for the query's own photograph, 2 * min_frame_gap - 1 more for a gap;
/// at most the whole database.
int result_depth(const Dataset& dataset, int keep);

}  // namespace loci
