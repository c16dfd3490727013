// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/pairs.h"

#include "loci/base/rng.h"

#include <cmath>
#include <numbers>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Photographs whose descriptors are the unit vectors at these angles, named a, b, c, ...
DescribedSet circle(const std::vector<double>& degrees, const std::string& folder = "/p/") {
  DescribedSet set;
  set.dim = 2;
  for (size_t i = 0; i < degrees.size(); ++i) {
    PlaceImage image;
    image.path = folder + std::string(1, static_cast<char>('a' + i));
    set.images.push_back(image);
  }
  set.read = [degrees](int64_t first, MatrixView<float> rows) -> Status {
    for (int64_t i = 0; i < rows.rows(); ++i) {
      const double angle = degrees[static_cast<size_t>(first + i)] * std::numbers::pi / 180;
      rows(i, 0) = static_cast<float>(std::cos(angle));
      rows(i, 1) = static_cast<float>(std::sin(angle));
    }
    return {};
  };
  return set;
}

std::vector<std::string> words(const Result<std::vector<ImagePair>>& pairs) {
  std::vector<std::string> out;
  for (const ImagePair& p : pairs.value()) {
    out.push_back({static_cast<char>('a' + p.query), static_cast<char>('a' + p.match)});
  }
  return out;
}

TEST(Pairs, AreTheNearestOfEachBestFirstAndNeverItself) {
  const DescribedSet set = circle({0, 10, 30, 80});
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 2})),
              ElementsAre("ab", "ac", "ba", "bc", "cb", "ca", "dc", "db"));
  const auto pairs = find_pairs(set, {.num_matches = 1}).value();
  EXPECT_NEAR(pairs.at(0).score, std::cos(10 * std::numbers::pi / 180), 1e-6);
}

TEST(Pairs, OppositeDescriptorsAreDroppedAsHlocDoes) {
  const DescribedSet set = circle({0, 60, 180});
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 5})), ElementsAre("ab", "ba"));
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 1, .min_score = -1})),
              ElementsAre("ab", "ba", "cb"));
}

TEST(Pairs, DistanceOfDescriptorsBoundsThePairs) {
  const DescribedSet set = circle({0, 10, 70});
  // Chord of 60 degrees is 1, of 10 degrees 0.174.
  EXPECT_THAT(words(find_pairs(set, {.max_distance = 0.9})), ElementsAre("ab", "ba"));
  EXPECT_THAT(words(find_pairs(set, {.max_distance = 1.01})), ElementsAre("ab", "ba", "bc", "cb"));
}

TEST(Pairs, MutualOnesNeedBothSides) {
  // d's nearest is c, whose nearest is b.
  const DescribedSet set = circle({0, 10, 30, 80});
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 1, .mutual = true})), ElementsAre("ab", "ba"));
  // a is the nearest of both queries, but its own nearest query is the first.
  const DescribedSet queries = circle({5, 20}, "/q/"), database = circle({0, 100}, "/d/");
  EXPECT_THAT(words(find_pairs(queries, database, {.num_matches = 1})), ElementsAre("aa", "ba"));
  EXPECT_THAT(words(find_pairs(queries, database, {.num_matches = 1, .mutual = true})),
              ElementsAre("aa"));
}

TEST(Pairs, FiltersActBeforeTheSelectionSoThatEachGetsItsNumber) {
  DescribedSet set = circle({0, 1, 3, 30});
  for (size_t i = 0; i < 4; ++i) set.images[i].taken = static_cast<int64_t>(i) * 10;
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 1, .min_time_gap_s = 25})),
              ElementsAre("ad", "da"));
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 1, .max_time_gap_s = 10})),
              ElementsAre("ab", "ba", "cb", "dc"));
  set.images[3].taken.reset();
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 1, .min_time_gap_s = 25})),
              ElementsAre("ad", "bd", "cd", "dc"));
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 1, .min_time_gap_s = 15, .need_time = true})),
              ElementsAre("ac", "ca"));
}

TEST(Pairs, PositionsBoundThePairsInMetres) {
  DescribedSet set = circle({0, 1, 3, 7});
  for (size_t i = 0; i < 3; ++i) {
    set.images[i].position = LatLon{47 + static_cast<double>(i) * 0.001, 8};  // 111 m apart
  }
  EXPECT_THAT(words(find_pairs(set, {.max_distance_m = 150, .need_position = true})),
              ElementsAre("ab", "ba", "bc", "cb"));
  EXPECT_THAT(words(find_pairs(set, {.min_distance_m = 150, .need_position = true})),
              ElementsAre("ac", "ca"));
  EXPECT_THAT(words(find_pairs(set, {.num_matches = 1, .max_distance_m = 50})),
              ElementsAre("ad", "bd", "cd", "dc"));
}

TEST(Pairs, APhotographOfTheCollectionIsNotItsOwnMatch) {
  const DescribedSet database = circle({0, 40});
  EXPECT_THAT(words(find_pairs(circle({0}), database)), ElementsAre("ab"));
  EXPECT_THAT(words(find_pairs(circle({0}, "/elsewhere/"), database)), ElementsAre("aa", "ab"));
}

TEST(Pairs, EqualThePlainScanOfAllPairsForAnyNumberOfThreads) {
  constexpr int64_t kImages = 700, kDim = 24;
  Matrix rows(kImages, kDim);
  Rng rng(3, "pairs");
  for (float& x : std::span(rows.data(), rows.size())) x = static_cast<float>(rng.normal());
  DescribedSet set;
  set.dim = kDim;
  set.images.resize(kImages);
  for (size_t i = 0; i < kImages; ++i) set.images[i].path = std::to_string(i);
  set.read = [&](int64_t first, MatrixView<float> out) -> Status {
    for (int64_t i = 0; i < out.rows(); ++i) {
      std::copy_n(rows.row(first + i).begin(), kDim, out.row(i).begin());
    }
    return {};
  };
  const auto one = find_pairs(set, {.num_matches = 7, .num_threads = 1}).value();
  const auto two = find_pairs(set, {.num_matches = 7, .num_threads = 2}).value();
  ASSERT_EQ(one.size(), static_cast<size_t>(kImages) * 7);
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(std::tie(one[i].query, one[i].match, one[i].score),
              std::tie(two[i].query, two[i].match, two[i].score));
  }
  for (const int64_t q : {0, 1, 333, 699}) {
    std::vector<std::pair<double, int64_t>> all;
    for (int64_t j = 0; j < kImages; ++j) {
      if (j == q) continue;
      double sum = 0;
      for (int64_t d = 0; d < kDim; ++d) sum += double{rows(q, d)} * double{rows(j, d)};
      all.emplace_back(-sum, j);
    }
    std::sort(all.begin(), all.end());
    for (int64_t i = 0; i < 7; ++i) {
      EXPECT_EQ(one[static_cast<size_t>(q * 7 + i)].match, all[static_cast<size_t>(i)].second);
    }
  }
}

TEST(Pairs, OptionsThatAllowNothingAreRefusedByName) {
  const DescribedSet set = circle({0, 10});
  const auto message = [&](const PairOptions& options) {
    return find_pairs(set, options).status().message();
  };
  EXPECT_THAT(message({.num_matches = 0}), HasSubstr("--num-matches"));
  EXPECT_THAT(message({.min_score = 1.5}), HasSubstr("--min-score"));
  EXPECT_THAT(message({.max_distance_m = 5, .min_distance_m = 9}), HasSubstr("--min-distance-m"));
  EXPECT_THAT(message({.min_time_gap_s = 9, .max_time_gap_s = 5}), HasSubstr("--min-time-gap-s"));
  DescribedSet wide = circle({0});
  wide.dim = 3;
  EXPECT_THAT(find_pairs(wide, set).status().message(), HasSubstr("3 and of 2"));
  EXPECT_TRUE(find_pairs(circle({}), circle({})).value().empty());
}

}  // namespace
}  // namespace loci
