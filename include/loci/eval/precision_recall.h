// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace loci {

/// What happens when answers with a score below a threshold are refused: one point a threshold,
/// from the strictest down.
struct PrecisionRecall {
  std::vector<double> threshold;  ///< answers with score >= threshold are given; falling
  std::vector<double> precision;  ///< right answers given / answers given
  std::vector<double> recall;     ///< right answers given / queries that have an answer; rising
  double average_precision = 0;   ///< sum of (recall_i - recall_(i-1)) * precision_i
  double recall_at_full_precision = 0;  ///< the largest recall with no wrong answer given at all
};

/// Judges the best answer of each query by its score.
///
/// `score[q]`:   of the first result, higher is surer (for distances pass them negated); NaN
///               refuses to answer at any threshold
/// `right[q]`:   1 when the first result is a right answer
/// `answerable`: how many of the queries have a right answer in the database; the recall at the
///               lowest threshold is Recall::answerable at N = 1
/// Equal scores are one threshold, so the order of the queries does not matter.
/// Errors: contract: equal lengths; answerable >= number of right ones
PrecisionRecall precision_recall(std::span<const double> score,
                                 std::span<const uint8_t> right,
                                 int64_t answerable);

}  // namespace loci
