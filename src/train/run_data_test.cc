// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "run_data.h"

#include "test_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

TEST(RunData, HoldsBackAPartOfTheQueriesOnceAndForGood) {
  const Dataset data = street();
  TrainOptions options;
  options.val_fraction = 0.2;
  const RunData run = make_run_data(data, std::nullopt, options).value();
  ASSERT_TRUE(run.validation.has_value());
  EXPECT_EQ(run.validation->data.queries.size(), data.queries.size() / 5);
  EXPECT_EQ(run.train.queries.size() + run.validation->data.queries.size(), data.queries.size());
  for (const ImageRecord& held : run.validation->data.queries) {
    for (const ImageRecord& query : run.train.queries) EXPECT_NE(held.path, query.path);
  }
  const RunData again = make_run_data(data, std::nullopt, options).value();
  EXPECT_EQ(again.validation->data.queries[0].path, run.validation->data.queries[0].path);
}

TEST(RunData, DrawsAtMostSoManyQueriesOfAGivenValidationSet) {
  TrainOptions options;
  options.val_queries = 3;
  const RunData run = make_run_data(street(), street(200), options).value();
  EXPECT_EQ(run.validation->data.queries.size(), 3u);
  EXPECT_EQ(run.validation->positives.size(), 3u);
  EXPECT_EQ(run.train.queries.size(), street().queries.size());
}

TEST(RunData, AValidationSetWithoutAnswersIsRefused) {
  Dataset far = street(200);
  for (ImageRecord& query : far.queries) query.utm->north_m = 1e5;
  EXPECT_EQ(make_run_data(street(), far, {}).status().code(), Code::kInvalidArgument);
}

TEST(RunData, WithoutAFractionNothingIsValidatedAndItIsSaid) {
  TrainOptions options;
  options.val_fraction = 0;
  const RunData run = make_run_data(street(), std::nullopt, options).value();
  EXPECT_FALSE(run.validation.has_value());
  ASSERT_EQ(run.notes.size(), 1u);
}

// Descriptors are positions on a circle, so the nearest row is the nearest place.
TEST(MeasureRecall, IsOneForDescriptorsOfThePositionsAndLowForRandomOnes) {
  TrainOptions options;
  options.val_queries = 0;
  const RunData run = make_run_data(street(), street(), options).value();
  const Dataset& data = run.validation->data;
  const auto row = [](const ImageRecord& record, std::span<float> out) {
    out[0] = static_cast<float>(std::cos(record.utm->east_m / 200));
    out[1] = static_cast<float>(std::sin(record.utm->east_m / 200));
  };
  Matrix database(std::ssize(data.database), 2), queries(std::ssize(data.queries), 2);
  for (int64_t i = 0; i < database.rows(); ++i)
    row(data.database[static_cast<size_t>(i)], database.row(i));
  for (int64_t i = 0; i < queries.rows(); ++i)
    row(data.queries[static_cast<size_t>(i)], queries.row(i));
  EXPECT_EQ(measure_recall(*run.validation, database, queries, 1).value().all[0], 1);
  const Matrix drawn = random_descriptors(database.rows(), 2),
               asked = random_descriptors(queries.rows(), 2, 9);
  EXPECT_LT(measure_recall(*run.validation, drawn, asked, 1).value().all[0], 0.5);
}

}  // namespace
}  // namespace loci::train
