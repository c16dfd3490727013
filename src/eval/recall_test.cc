// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/recall.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

TEST(Recall, CountsAQueryWithoutPositivesAsAMissInOneDenominatorOnly) {
  // Query 0 is right at rank 1, query 1 at rank 3, query 2 never, query 3 has no right answer at
  // all.
  const Lists results = {{4, 5, 6}, {1, 2, 3}, {1, 2, 3}, {7, 8, 9}};
  const Lists positives = {{4}, {3, 9}, {9}, {}};
  const Recall recall = recall_at(results, positives, {1, 3});
  EXPECT_EQ(recall.all, (std::vector<double>{1.0 / 4, 2.0 / 4}));
  EXPECT_EQ(recall.answerable, (std::vector<double>{1.0 / 3, 2.0 / 3}));
  EXPECT_EQ(recall.first_right, (std::vector<int>{1, 3, 0, 0}));
  EXPECT_EQ(recall.answerable_queries, 3);
}

TEST(Recall, IntervalHoldsTheValueAndShrinksWithMoreQueries) {
  Lists few, many, truth_few, truth_many;
  for (int64_t i = 0; i < 400; ++i) {
    many.push_back({i % 4 == 0 ? 1 : 0});
    truth_many.push_back({1});
    if (i < 40) few.push_back(many.back()), truth_few.push_back({1});
  }
  const Recall a = recall_at(few, truth_few, {1}), b = recall_at(many, truth_many, {1});
  EXPECT_LT(a.ci95_low[0], 0.25);
  EXPECT_GT(a.ci95_high[0], 0.25);
  EXPECT_LT(b.ci95_high[0] - b.ci95_low[0], a.ci95_high[0] - a.ci95_low[0]);
  EXPECT_EQ(recall_at(few, truth_few, {1}).ci95_low, a.ci95_low);
}

TEST(RecallGain, PairsTheQueriesOfBothRuns) {
  // 40 queries that both answer, 40 that neither does, 20 that only the second run answers.
  std::vector<std::vector<int64_t>> before(100), after(100), positives(100, {0});
  for (size_t q = 0; q < 100; ++q) {
    before[q] = {q < 40 ? 0 : 1};
    after[q] = {q < 40 || q >= 80 ? 0 : 1};
  }
  const Recall one = recall_at(before, positives, {1}), two = recall_at(after, positives, {1});
  const RecallGain gain = recall_gain(one, two);
  EXPECT_DOUBLE_EQ(gain.gain[0], two.all[0] - one.all[0]);
  EXPECT_NEAR(gain.gain[0], 0.2, 1e-12);
  // A gain of 0 or 1 has a standard deviation of sqrt(.2 * .8 / 100) = .04; unpaired it would be .07.
  EXPECT_NEAR(gain.ci95_low[0], 0.2 - 1.96 * 0.04, 0.021);
  EXPECT_NEAR(gain.ci95_high[0], 0.2 + 1.96 * 0.04, 0.021);
  const RecallGain none = recall_gain(one, one);
  EXPECT_EQ(none.ci95_low[0], 0);
  EXPECT_EQ(none.ci95_high[0], 0);
}

TEST(FilterResults, LeavesOutTheQueryItselfRepeatedPanoramasAndItsOwnTime) {
  Dataset set;
  for (int i = 0; i < 6; ++i) {
    set.database.push_back(
        {.path = std::to_string(i), .time = i % 2, .group = std::to_string(i / 2)});
  }
  set.queries = {{.path = "q", .time = 0}};
  const Lists raw = {{5, 4, 3, 2, 1, 0}};
  set.rule.one_result_per_group = true;
  EXPECT_EQ(filter_results(set, raw, 9), (Lists{{5, 3, 1}}));
  set.rule = {.other_time_only = true};
  EXPECT_EQ(filter_results(set, raw, 2), (Lists{{5, 3}}));
  set.rule = {};
  set.query_in_database = {4};
  EXPECT_EQ(filter_results(set, raw, 3), (Lists{{5, 3, 2}}));
  EXPECT_EQ(result_depth(set, 3), 4);
  set.rule.one_result_per_group = true;
  set.database.resize(1000);
  EXPECT_EQ(result_depth(set, 20), 241);
}

TEST(Recall, NoQueriesGiveZerosAndNoCrash) {
  const Recall recall = recall_at({}, {}, {1, 5});
  EXPECT_EQ(recall.all, (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace loci
