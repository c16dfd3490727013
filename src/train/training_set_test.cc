// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/training_set.h"

#include "test_sets.h"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

double apart_m(const ImageRecord& a, const ImageRecord& b) {
  return std::hypot(a.utm->east_m - b.utm->east_m, a.utm->north_m - b.utm->north_m);
}

Dataset one_query(std::vector<double> metres) {
  Dataset dataset;
  dataset.queries.push_back(image_at(0));
  for (const double east : metres) dataset.database.push_back(image_at(east));
  return dataset;
}

TEST(TrainingSet, RadiiAreInclusiveAsInTheReleasedCode) {
  const Dataset dataset = one_query({0.5, 1, 1.0001, 10, 10.0001, 25, 25.0001, 300});
  const TrainingSet set = TrainingSet::create(dataset).value();
  EXPECT_THAT(set.potential_positives(0), ElementsAre(2, 3));
  std::vector<int> negatives;
  for (int row = 0; row < 8; ++row) {
    if (set.is_definite_negative(0, row)) negatives.push_back(row);
  }
  EXPECT_THAT(negatives, ElementsAre(6, 7));
  EXPECT_EQ(set.num_definite_negatives(0), 2);
}

TEST(TrainingSet, NoNegativeLiesWithin25MetresAndNoPositiveBeyond10) {
  const Dataset dataset = street();
  const TrainingSet set = TrainingSet::create(dataset).value();
  Rng rng(1);
  for (int64_t q = 0; q < set.num_queries(); ++q) {
    const ImageRecord& query = dataset.queries[static_cast<size_t>(q)];
    for (const int32_t row : set.sample_negatives(q, 40, &rng)) {
      EXPECT_GT(apart_m(query, dataset.database[static_cast<size_t>(row)]), 25);
    }
    EXPECT_FALSE(set.potential_positives(q).empty());
    for (const int32_t row : set.potential_positives(q)) {
      EXPECT_LE(apart_m(query, dataset.database[static_cast<size_t>(row)]), 10);
      EXPECT_GT(apart_m(query, dataset.database[static_cast<size_t>(row)]), 1);
      EXPECT_FALSE(set.is_definite_negative(q, row));
    }
  }
}

TEST(TrainingSet, TimeMachineLeavesOnlyPositivesOfAnotherTime) {
  const Dataset dataset = street();
  const TrainingSet with = TrainingSet::create(dataset).value();
  const TrainingSet without = TrainingSet::create(dataset, {.time_machine = false}).value();
  for (int64_t q = 0; q < with.num_queries(); ++q) {
    for (const int32_t row : with.potential_positives(q)) {
      EXPECT_EQ(dataset.database[static_cast<size_t>(row)].time, 2000);
    }
    EXPECT_LT(with.potential_positives(q).size(), without.potential_positives(q).size());
  }
}

TEST(TrainingSet, TimeGapKeepsTheSameDriveFromBeingAnotherTime) {
  Dataset dataset = one_query({5, 6, 7, 100});
  dataset.queries[0].time = 0;
  dataset.database[0].time = 60;
  dataset.database[1].time = 7200;
  const TrainingSet any = TrainingSet::create(dataset).value();
  EXPECT_THAT(any.potential_positives(0), ElementsAre(0, 1, 2));  // the third has no time
  EXPECT_THAT(any.notes(), testing::Contains(HasSubstr("1 positive pairs")));
  const TrainingSet hour = TrainingSet::create(dataset, {.min_time_gap_h = 1}).value();
  EXPECT_THAT(hour.potential_positives(0), ElementsAre(1, 2));
}

TEST(TrainingSet, SamplesOfNegativesAreUniformDistinctAndSeeded) {
  const TrainingSet set = TrainingSet::create(street()).value();
  const int64_t q = 10, all = set.num_definite_negatives(q);
  std::map<int32_t, int> seen;
  Rng rng(3), again(3);
  constexpr int kDraws = 4000, kCount = 10;
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<int32_t> rows = set.sample_negatives(q, kCount, &rng);
    EXPECT_EQ(rows, set.sample_negatives(q, kCount, &again));
    EXPECT_EQ(rows.size(), static_cast<size_t>(kCount));
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(), std::less_equal<>())) << "each once";
    for (const int32_t row : rows) ++seen[row];
  }
  EXPECT_EQ(static_cast<int64_t>(seen.size()), all);
  const double expected = 1.0 * kDraws * kCount / static_cast<double>(all);
  for (const auto& [row, times] : seen) {
    EXPECT_TRUE(set.is_definite_negative(q, row));
    EXPECT_NEAR(times, expected, 6 * std::sqrt(expected)) << row;
  }
  EXPECT_EQ(static_cast<int64_t>(set.sample_negatives(q, 1'000'000, &rng).size()), all);
}

TEST(TrainingSet, ImagesWithoutPositionAreNeitherPositiveNorNegative) {
  Dataset dataset = one_query({5, 100, 200});
  dataset.database[1].utm.reset();
  dataset.queries.push_back(image_at(0));
  dataset.queries[1].utm.reset();
  const TrainingSet set = TrainingSet::create(dataset).value();
  EXPECT_FALSE(set.is_definite_negative(0, 1));
  EXPECT_EQ(set.num_definite_negatives(0), 1);
  EXPECT_THAT(set.potential_positives(1), IsEmpty());
  EXPECT_EQ(set.num_definite_negatives(1), 0);
  EXPECT_FALSE(set.is_definite_negative(1, 2));
  EXPECT_THAT(set.trainable_queries(), ElementsAre(0));
}

TEST(TrainingSet, PlaceLabelsNeedNoPositions) {
  Dataset dataset;
  dataset.rule.kind = TruthRule::Kind::kPlace;
  for (const char* place : {"a", "a", "b", "", "c"}) {
    ImageRecord image;
    image.path = std::string(place) + std::to_string(dataset.database.size());
    image.place = place;
    dataset.database.push_back(image);
    dataset.queries.push_back(image);
    dataset.query_in_database.push_back(static_cast<int64_t>(dataset.database.size()) - 1);
  }
  const TrainingSet set = TrainingSet::create(dataset).value();
  EXPECT_EQ(set.relation(), "place");
  EXPECT_EQ(set.num_images(), 5) << "every query is a database image";
  EXPECT_EQ(set.query_image(4), 4);
  EXPECT_THAT(set.potential_positives(0), ElementsAre(1));
  EXPECT_THAT(set.potential_positives(2), IsEmpty());
  EXPECT_FALSE(set.is_definite_negative(0, 0));
  EXPECT_FALSE(set.is_definite_negative(0, 1));
  EXPECT_TRUE(set.is_definite_negative(0, 2));
  EXPECT_FALSE(set.is_definite_negative(0, 3)) << "its place is unknown";
  EXPECT_FALSE(set.is_definite_negative(2, 2)) << "its own photograph";
}

TEST(TrainingSet, FrameOrderIsEnoughWithoutGps) {
  Dataset dataset;
  dataset.rule = {.kind = TruthRule::Kind::kFrames, .tolerance_frames = 1};
  for (int frame = 0; frame < 40; ++frame) {
    ImageRecord image;
    image.frame = frame;
    image.path = "ref/" + std::to_string(frame);
    dataset.database.push_back(image);
    image.path = "query/" + std::to_string(frame);
    dataset.queries.push_back(image);
  }
  const TrainingSet set = TrainingSet::create(dataset).value();
  EXPECT_EQ(set.num_images(), 80);
  EXPECT_EQ(set.query_image(3), 43);
  EXPECT_EQ(set.image_path(43), "query/3");
  EXPECT_THAT(set.potential_positives(20), ElementsAre(19, 20, 21));
  EXPECT_FALSE(set.is_definite_negative(20, 30));
  EXPECT_TRUE(set.is_definite_negative(20, 31));
  EXPECT_TRUE(set.is_definite_negative(20, 9));
}

std::string refusal(const Dataset& dataset, const PairOptions& options = {}) {
  const Result<TrainingSet> set = TrainingSet::create(dataset, options);
  EXPECT_FALSE(set.ok());
  return set.ok() ? "" : set.status().message();
}

TEST(TrainingSet, RefusesSetsThatTeachNothingAndSaysWhy) {
  EXPECT_THAT(refusal(one_query({50, 100})), HasSubstr("positive_radius_m"));
  EXPECT_THAT(refusal(one_query({5, 6, 7})), HasSubstr("one place"));
  EXPECT_THAT(refusal(one_query({-20, 5, 20})), HasSubstr("one place")) << "wider than 25 m";
  EXPECT_THAT(refusal(Dataset{}), HasSubstr("0 queries"));

  Dataset same_time = one_query({5, 100});
  same_time.queries[0].time = same_time.database[0].time = 7;
  EXPECT_THAT(refusal(same_time), HasSubstr("another time"));
  EXPECT_TRUE(TrainingSet::create(same_time, {.time_machine = false}).ok());

  EXPECT_THAT(refusal(one_query({5, 100}), {.relation = "place"}), HasSubstr("place label"));
  EXPECT_THAT(refusal(one_query({5, 100}), {.relation = "gps"}), HasSubstr("'gps'"));
  EXPECT_THAT(refusal(one_query({5, 100}), {.positive_radius_m = 30}), HasSubstr("30"));
  EXPECT_THAT(refusal(one_query({5, 100}), {.positive_radius_m = NAN}), HasSubstr("finite"));
  EXPECT_THAT(refusal(one_query({5, INFINITY})), HasSubstr("finite"));

  Dataset mixed = one_query({5, 100});
  mixed.database[1].utm->zone = 31;
  EXPECT_THAT(refusal(mixed), HasSubstr("zone 31"));
}

TEST(TrainingSet, AThousandPhotographsOfOneSquareAreRefusedBeforeTheirPairsAreListed) {
  Dataset dataset;
  Rng rng(1);
  for (int i = 0; i < 60000; ++i) {
    dataset.database.push_back(image_at(rng.uniform(0, 10), rng.uniform(0, 10)));
    dataset.queries.push_back(image_at(rng.uniform(0, 10), rng.uniform(0, 10)));
  }
  EXPECT_THAT(refusal(dataset), HasSubstr("one place"));
}

}  // namespace
}  // namespace loci::train
