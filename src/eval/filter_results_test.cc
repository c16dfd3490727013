// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/rng.h"
#include "loci/eval/recall.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

Dataset five_images() {
  Dataset dataset;
  dataset.database.resize(5);
  dataset.queries.resize(1);
  return dataset;
}

TEST(FilterRules, BestOfEachGroupStaysAndUngroupedRowsAllStay) {
  Dataset dataset = five_images();
  dataset.rule.one_result_per_group = true;
  dataset.database[0].group = dataset.database[3].group = "a";
  dataset.database[1].group = "b";
  EXPECT_EQ(filter_results(dataset, {{3, 2, 0, 1, 4}}, 5), (Lists{{3, 2, 1, 4}}));
}

TEST(FilterRules, FramesTooCloseInTheSameDriveArePassedOver) {
  Dataset dataset = five_images();
  dataset.rule.min_frame_gap = 3;
  dataset.queries[0].frame = 2;
  for (size_t i = 0; i < 5; ++i) dataset.database[i].frame = static_cast<int64_t>(i) + 1;
  dataset.database[1].group = "another drive";
  EXPECT_EQ(filter_results(dataset, {{0, 1, 2, 3, 4}}, 5), (Lists{{1, 4}}));
}

TEST(FilterRules, TimesThatAreNotKnownPassOverNothing) {
  Dataset dataset = five_images();
  dataset.rule.other_time_only = true;
  EXPECT_EQ(filter_results(dataset, {{1, 2}}, 5), (Lists{{1, 2}}));
}

TEST(FilterRules, RowsOutsideTheDatabaseBreakTheContract) {
  EXPECT_THROW(filter_results(five_images(), {{5}}, 1), std::invalid_argument);
}

TEST(RecallFigures, GrowWithN) {
  Rng rng(3, "recall grows");
  Lists results(200), positives(200);
  for (size_t q = 0; q < results.size(); ++q) {
    results[q] = rng.sample(500, 30);
    rng.shuffle(results[q]);
    positives[q] = rng.sample(500, 10);
  }
  const Recall recall = recall_at(results, positives, {1, 2, 5, 10, 20, 30});
  for (size_t i = 1; i < recall.n.size(); ++i) EXPECT_GE(recall.all[i], recall.all[i - 1]);
  EXPECT_GT(recall.all.back(), recall.all.front());
}

TEST(RecallFigures, IntervalIsThatOfTheBinomial) {
  // 300 hits of 1000: standard error sqrt(.3 * .7 / 1000) = 0.0145, so 95 % is about +- 0.0284.
  Lists results(1000, {0}), positives(1000, {1});
  for (size_t q = 0; q < 300; ++q) positives[q] = {0};
  const Recall recall = recall_at(results, positives, {1}, 2000, 7);
  EXPECT_NEAR(recall.ci95_low[0], 0.3 - 0.0284, 0.005);
  EXPECT_NEAR(recall.ci95_high[0], 0.3 + 0.0284, 0.005);
}

TEST(RecallFigures, OtherQueriesBreakTheContract) {
  EXPECT_THROW(recall_at({{1}}, {}, {1}), std::invalid_argument);
}

}  // namespace
}  // namespace loci
