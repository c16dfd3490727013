// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/rng.h"
#include "loci/data/dataset.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

ImageRecord at(double east_m, double north_m, int zone = 0) {
  ImageRecord record;
  record.utm = Utm{.east_m = east_m, .north_m = north_m, .zone = zone};
  return record;
}

TEST(GroundTruth, AgreesWithComparingEveryPair) {
  Rng rng(5, "ground truth");
  for (const double radius_m : {0.0, 0.3, 25.0, 400.0}) {
    Dataset dataset;
    dataset.rule.radius_m = radius_m;
    // A coarse raster, so that many distances are exactly the radius.
    const auto draw = [&] {
      return at(static_cast<double>(rng.below(120)) * 5, static_cast<double>(rng.below(120)) * -5);
    };
    for (int i = 0; i < 1500; ++i) dataset.database.push_back(draw());
    for (int i = 0; i < 150; ++i) dataset.queries.push_back(draw());
    const Lists truth = ground_truth(dataset).value();
    for (size_t q = 0; q < dataset.queries.size(); ++q) {
      std::vector<int64_t> expected;
      for (size_t i = 0; i < dataset.database.size(); ++i) {
        const double east = dataset.queries[q].utm->east_m - dataset.database[i].utm->east_m;
        const double north = dataset.queries[q].utm->north_m - dataset.database[i].utm->north_m;
        if (east * east + north * north <= radius_m * radius_m)
          expected.push_back(static_cast<int64_t>(i));
      }
      ASSERT_EQ(truth[q], expected) << radius_m;
    }
  }
}

TEST(GroundTruth, OutliersAndHugeCoordinatesCostNothing) {
  Dataset dataset;
  dataset.rule.radius_m = 1e-3;
  dataset.database = {at(0, 0), at(2e5, -2e5), at(1e300, -1e300), at(1e18, 0)};
  dataset.queries = {at(0, 0), at(1e300, -1e300), at(-1e300, 0)};
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0}, {2}, {}}));
}

TEST(GroundTruth, OtherZonesNeverMatchAtEqualNumbers) {
  Dataset dataset;
  dataset.database = {at(500000, 5300000, 32), at(500000, 5300000, 33), at(500000, 5300000, 0)};
  dataset.database.push_back(at(500000, 5300000, 32));
  dataset.database.back().utm->band = 'H';  // the southern hemisphere
  dataset.queries = {at(500000, 5300000, 32), at(500000, 5300000, 0)};
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0}, {2}}));
}

TEST(GroundTruth, ABorderBetweenZonesHidesNothing) {
  Dataset dataset;
  dataset.database.resize(2);
  dataset.queries.resize(1);
  dataset.database[0].position =
      LatLon{.lat = 48, .lon = 6.0001};  // zone 32, 15 m east of the query
  dataset.database[1].position = LatLon{.lat = 48, .lon = 6.001};
  dataset.queries[0].position = LatLon{.lat = 48, .lon = 5.9999};  // zone 31
  for (ImageRecord* record : {&dataset.database[0], &dataset.database[1], &dataset.queries[0]})
    complete_position(record);
  EXPECT_NE(dataset.database[0].utm->zone, dataset.queries[0].utm->zone);
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0}}));
}

TEST(GroundTruth, NotANumberIsCorrupt) {
  Dataset dataset;
  dataset.database = {at(std::nan(""), 0)};
  dataset.queries = {at(0, 0)};
  EXPECT_EQ(ground_truth(dataset).status().code(), Code::kCorrupt);
  dataset.database = {at(0, 0)};
  dataset.rule.radius_m = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ground_truth(dataset).status().code(), Code::kInvalidArgument);
}

TEST(GroundTruth, ImagesWithoutPositionOrPlaceAreNeverRight) {
  Dataset dataset;
  dataset.database.resize(2);
  dataset.queries.resize(1);
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{}}));
  dataset.rule.kind = TruthRule::Kind::kPlace;
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{}}));
  dataset.rule.kind = TruthRule::Kind::kFrames;
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{}}));
}

TEST(GroundTruth, FramesWithinTheToleranceAreRight) {
  Dataset dataset;
  dataset.rule.kind = TruthRule::Kind::kFrames;
  dataset.rule.tolerance_frames = 2;
  for (const int64_t frame : {9, 3, 4, 6, 8, -1}) {
    dataset.database.emplace_back();
    dataset.database.back().frame = frame;
  }
  dataset.queries.resize(1);
  dataset.queries[0].frame = 6;
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{2, 3, 4}}));
}

TEST(GroundTruth, FilteredRowsAreNoAnswers) {
  Dataset dataset;
  dataset.database = {at(0, 0), at(1, 0), at(2, 0), at(3, 0)};
  dataset.queries = {at(0, 0)};
  dataset.query_in_database = {0};
  dataset.rule.other_time_only = true;
  dataset.queries[0].time = dataset.database[2].time = 12;
  dataset.rule.min_frame_gap = 5;
  dataset.queries[0].frame = 10;
  dataset.database[3].frame = 6;
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{1}}));
}

TEST(DescribeRule, SaysWhatCounts) {
  TruthRule rule;
  EXPECT_EQ(describe_rule(rule), "within 25 m");
  rule.one_result_per_group = true;
  EXPECT_EQ(describe_rule(rule), "within 25 m; one result a panorama");
}

ImageRecord on_earth(double lat, double lon) {
  ImageRecord record;
  record.position = LatLon{lat, lon};
  complete_position(&record);
  return record;
}

TEST(GroundTruth, TheEarthHasNoSeams) {
  const double step = 10 / 111'320.0;  // ten metres of latitude
  Dataset dataset;
  dataset.rule.radius_m = 25;
  const std::vector<std::pair<LatLon, LatLon>> pairs = {
      {{step / 2, 9.0}, {-step / 2, 9.0}},       // the equator
      {{48.0, 6.0 - step}, {48.0, 6.0 + step}},  // the edge of a zone
      {{-20.0, 180 - step / 2}, {-20.0, -180 + step / 2}},
      {{78.0, 9.0 - step}, {78.0, 9.0 + step}},  // 31X and 33X: there is no 32X
      {{60.0, 3.0 - step}, {60.0, 3.0 + step}},  // Norway's wide 32V
      {{step / 2, 6.0 - step / 2}, {-step / 2, 6.0 + step / 2}}};
  for (const auto& [a, b] : pairs) {
    dataset.queries.push_back(on_earth(a.lat, a.lon));
    dataset.database.push_back(on_earth(b.lat, b.lon));
  }
  const Lists truth = ground_truth(dataset).value();
  for (size_t q = 0; q < pairs.size(); ++q)
    EXPECT_EQ(truth[q], std::vector<int64_t>{static_cast<int64_t>(q)}) << q;
  dataset.rule.radius_m = 3;
  for (const auto& list : ground_truth(dataset).value()) EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace loci
