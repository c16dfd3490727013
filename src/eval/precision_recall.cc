// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/precision_recall.h"

#include "loci/base/check.h"

#include <algorithm>
#include <cmath>

namespace loci {

PrecisionRecall precision_recall(std::span<const double> score,
                                 std::span<const uint8_t> right,
                                 int64_t answerable) {
  LOCI_REQUIRE(score.size() == right.size(), "a score and a verdict for each query");
  std::vector<size_t> order;
  for (size_t q = 0; q < score.size(); ++q) {
    if (!std::isnan(score[q])) order.push_back(q);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return score[a] > score[b]; });
  PrecisionRecall curve;
  int64_t given = 0, correct = 0;
  double last_recall = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    ++given;
    correct += right[order[i]] != 0 ? 1 : 0;
    const bool tie = i + 1 < order.size() && score[order[i + 1]] == score[order[i]];
    if (tie) continue;
    const double precision = static_cast<double>(correct) / static_cast<double>(given);
    const double recall =
        answerable == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(answerable);
    curve.threshold.push_back(score[order[i]]);
    curve.precision.push_back(precision);
    curve.recall.push_back(recall);
    curve.average_precision += (recall - last_recall) * precision;
    if (correct == given) curve.recall_at_full_precision = recall;
    last_recall = recall;
  }
  LOCI_REQUIRE(correct <= answerable, "no more right answers than queries that have one");
  return curve;
}

}  // namespace loci
