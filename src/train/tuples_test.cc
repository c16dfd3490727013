// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/tuples.h"

#include "test_sets.h"

#include <algorithm>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// One query at 0 and rows at the given squared distances (infinity: no descriptor).
struct ByHand {
  Dataset dataset;
  std::vector<float> squared;

  void add(double east_m, float squared_distance) {
    if (dataset.queries.empty()) dataset.queries.push_back(image_at(0));
    dataset.database.push_back(image_at(east_m));
    squared.push_back(squared_distance);
  }
  SquaredDistances distances() const {
    return [this](int64_t, std::span<const int32_t> others, std::span<float> out) {
      for (size_t i = 0; i < others.size(); ++i) out[i] = squared[static_cast<size_t>(others[i])];
    };
  }
};

ByHand worked_example() {
  ByHand set;
  set.add(5, 0.6f);    // 0: potential positive
  set.add(6, 0.5f);    // 1: the nearest one
  set.add(50, 0.59f);  // 2: violates, 0.59 < 0.5 + 0.1
  set.add(60, 0.61f);  // 3: does not
  set.add(70, 0.2f);   // 4: very hard
  set.add(80, 0.55f);  // 5: violates
  set.add(90, 1.4f);   // 6: far; sqrt(1.4) = 1.18 > sqrt(0.5) + sqrt(0.1) = 1.02
  set.add(99, 0.9f);   // 7: sqrt(0.9) = 0.95 < 1.02
  return set;
}

TEST(TupleMiner, KeepsViolatorsNearestFirstAndRemembersTheNearestEither) {
  const ByHand hand = worked_example();
  const TrainingSet set = TrainingSet::create(hand.dataset).value();
  TupleMiner miner = TupleMiner::create(set, {.num_remembered = 4}).value();
  const MinedTuple mined = miner.mine(0, 0, hand.distances());
  EXPECT_EQ(mined.outcome, MinedTuple::Outcome::kTuple);
  EXPECT_EQ(mined.tuple.query, 0);
  EXPECT_EQ(mined.tuple.positive, 1);
  EXPECT_FLOAT_EQ(mined.positive_squared_distance, 0.5f);
  EXPECT_THAT(mined.tuple.negatives, ElementsAre(4, 5, 2));
  EXPECT_THAT(miner.remembered(0), ElementsAre(4, 5, 2, 3));
}

TEST(TupleMiner, FormsAndLimitsAreOptions) {
  const ByHand hand = worked_example();
  const TrainingSet set = TrainingSet::create(hand.dataset).value();
  const auto negatives = [&](const MinerOptions& options) {
    TupleMiner miner = TupleMiner::create(set, options).value();
    return miner.mine(0, 0, hand.distances()).tuple.negatives;
  };
  EXPECT_THAT(negatives({.squared = false}), ElementsAre(4, 5, 2, 3, 7));
  EXPECT_THAT(negatives({.num_negatives = 2}), ElementsAre(4, 5));
  EXPECT_THAT(negatives({.margin = 0}), ElementsAre(4));
  EXPECT_THAT(negatives({.skip_very_hard = true}), ElementsAre(5, 2));
  TupleMiner violators = TupleMiner::create(set, {.squared = false, .remember_all = false}).value();
  violators.mine(0, 0, hand.distances());
  EXPECT_THAT(violators.remembered(0), ElementsAre(4, 5, 2, 3, 7));
}

TEST(TupleMiner, TiesGoToTheLowerRow) {
  ByHand hand;
  hand.add(5, 0.5f);
  hand.add(6, 0.5f);
  for (int i = 0; i < 6; ++i) hand.add(100 + i, 0.4f);
  const TrainingSet set = TrainingSet::create(hand.dataset).value();
  TupleMiner miner = TupleMiner::create(set, {.num_negatives = 3, .num_remembered = 2}).value();
  const MinedTuple mined = miner.mine(0, 0, hand.distances());
  EXPECT_EQ(mined.tuple.positive, 0);
  EXPECT_THAT(mined.tuple.negatives, ElementsAre(2, 3, 4));
  EXPECT_THAT(miner.remembered(0), ElementsAre(2, 3));
}

TEST(TupleMiner, ImagesWithoutDescriptorArePassedOver) {
  ByHand hand = worked_example();
  const TrainingSet set = TrainingSet::create(hand.dataset).value();
  TupleMiner miner = TupleMiner::create(set).value();
  hand.squared[1] = hand.squared[4] = INFINITY;
  const MinedTuple mined = miner.mine(0, 0, hand.distances());
  EXPECT_EQ(mined.tuple.positive, 0);
  EXPECT_THAT(mined.tuple.negatives, ElementsAre(5, 2, 3));
  EXPECT_THAT(miner.remembered(0), ElementsAre(5, 2, 3, 7, 6));
  hand.squared.assign(hand.squared.size(), INFINITY);
  EXPECT_EQ(miner.mine(1, 0, hand.distances()).outcome, MinedTuple::Outcome::kNoPositive);
  EXPECT_THAT(miner.remembered(0), ElementsAre(5, 2, 3, 7, 6)) << "an unread query forgets nothing";
}

TEST(TupleMiner, QueriesWithoutViolatorsCountAndAreRemembered) {
  ByHand hand;
  hand.add(5, 0.1f);
  hand.add(100, 1.5f);
  const TrainingSet set = TrainingSet::create(hand.dataset).value();
  TupleMiner miner = TupleMiner::create(set).value();
  const MinedTuple mined = miner.mine(0, 0, hand.distances());
  EXPECT_EQ(mined.outcome, MinedTuple::Outcome::kNoViolation);
  EXPECT_TRUE(mined.tuple.negatives.empty());
  EXPECT_THAT(miner.remembered(0), ElementsAre(1));
}

TEST(TupleMiner, RememberedNegativesStayInThePoolAndOnlyGetHarder) {
  const Dataset dataset = street(4000);
  const TrainingSet set = TrainingSet::create(dataset).value();
  const Matrix descriptors = random_descriptors(set.num_images(), 16);
  const SquaredDistances distances = distances_of(descriptors);
  TupleMiner miner = TupleMiner::create(set, {.pool_size = 30}).value();
  const auto hardness = [&](int64_t q) {
    double sum = 0;
    std::vector<float> d2(miner.remembered(q).size());
    distances(set.query_image(q), miner.remembered(q), d2);
    for (const float one : d2) sum += one;
    return sum / static_cast<double>(d2.size());
  };
  const int64_t q = 17;
  miner.mine(0, q, distances);
  const double first = hardness(q);
  double last = first;
  for (int epoch = 1; epoch < 20; ++epoch) {
    miner.mine(epoch, q, distances);
    EXPECT_EQ(miner.remembered(q).size(), 10u);
    EXPECT_LE(hardness(q), last + 1e-6) << "the descriptors did not change";
    last = hardness(q);
  }
  EXPECT_LT(last, first * 0.9);
}

TEST(TupleMiner, TuplesDoNotDependOnTheOrderOfTurns) {
  const TrainingSet set = TrainingSet::create(street(2000)).value();
  const Matrix descriptors = random_descriptors(set.num_images(), 8);
  const SquaredDistances distances = distances_of(descriptors);
  const auto run = [&](uint64_t seed, bool backwards) {
    TupleMiner miner = TupleMiner::create(set, {.pool_size = 50, .seed = seed}).value();
    std::vector<std::vector<int32_t>> negatives(static_cast<size_t>(set.num_queries()));
    for (int epoch = 0; epoch < 3; ++epoch) {
      std::vector<int64_t> order = miner.epoch_order(epoch);
      if (backwards) std::reverse(order.begin(), order.end());
      for (const int64_t q : order)
        negatives[static_cast<size_t>(q)] = miner.mine(epoch, q, distances).tuple.negatives;
    }
    return std::pair(negatives, miner.save_memory());
  };
  EXPECT_EQ(run(1, false), run(1, true));
  EXPECT_NE(run(1, false), run(2, false));
}

TEST(TupleMiner, EpochOrderIsASeededPermutation) {
  const TrainingSet set = TrainingSet::create(street()).value();
  TupleMiner miner = TupleMiner::create(set).value();
  const std::vector<int64_t> order = miner.epoch_order(4);
  EXPECT_EQ(std::set<int64_t>(order.begin(), order.end()).size(),
            static_cast<size_t>(set.num_queries()));
  EXPECT_EQ(order, TupleMiner::create(set).value().epoch_order(4));
  EXPECT_NE(order, miner.epoch_order(5));
  EXPECT_NE(order, TupleMiner::create(set, {.seed = 2}).value().epoch_order(4));
}

TEST(TupleMiner, ThreadsMineDifferentQueriesAtOnce) {
  const TrainingSet set = TrainingSet::create(street(2000)).value();
  const Matrix descriptors = random_descriptors(set.num_images(), 8);
  const SquaredDistances distances = distances_of(descriptors);
  TupleMiner alone = TupleMiner::create(set, {.pool_size = 50}).value();
  TupleMiner shared = TupleMiner::create(set, {.pool_size = 50}).value();
  for (int64_t q = 0; q < set.num_queries(); ++q) alone.mine(0, q, distances);
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t q = t; q < set.num_queries(); q += 4) shared.mine(0, q, distances);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(alone.save_memory(), shared.save_memory());
}

TEST(TupleMiner, MemorySurvivesACheckpoint) {
  const TrainingSet set = TrainingSet::create(street()).value();
  const Matrix descriptors = random_descriptors(set.num_images(), 8);
  TupleMiner miner = TupleMiner::create(set, {.pool_size = 40}).value();
  for (int64_t q = 0; q < set.num_queries(); ++q) miner.mine(0, q, distances_of(descriptors));
  TupleMiner resumed = TupleMiner::create(set, {.pool_size = 40}).value();
  ASSERT_TRUE(resumed.load_memory(miner.save_memory()).ok());
  for (int64_t q = 0; q < set.num_queries(); ++q) {
    EXPECT_EQ(miner.mine(1, q, distances_of(descriptors)).tuple.negatives,
              resumed.mine(1, q, distances_of(descriptors)).tuple.negatives);
  }
}

TEST(TupleMiner, DamagedOrForeignMemoryIsRefusedAndChangesNothing) {
  const TrainingSet set = TrainingSet::create(street()).value();
  const Matrix descriptors = random_descriptors(set.num_images(), 8);
  TupleMiner miner = TupleMiner::create(set).value();
  for (int64_t q = 0; q < set.num_queries(); ++q) miner.mine(0, q, distances_of(descriptors));
  const std::vector<uint8_t> good = miner.save_memory();
  const auto refused = [&](const std::vector<uint8_t>& bytes) {
    const Status status = miner.load_memory(bytes);
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_EQ(miner.save_memory(), good);
    return status.message();
  };
  for (size_t size = 0; size < good.size(); size += 7) {
    refused(std::vector<uint8_t>(good.begin(), good.begin() + static_cast<int64_t>(size)));
  }
  const TrainingSet shorter = TrainingSet::create(street(200)).value();
  EXPECT_THAT(refused(TupleMiner::create(shorter).value().save_memory()), HasSubstr("queries"));
  std::vector<uint8_t> near = good;
  near[32] = 0;  // query 0 would remember row 0, which lies beside it
  EXPECT_THAT(refused(near), HasSubstr("another data set"));
}

TEST(TupleMiner, OptionsThatMakeNoSenseAreRefused) {
  const TrainingSet set = TrainingSet::create(street()).value();
  for (const MinerOptions& options : {MinerOptions{.num_negatives = 0},
                                      MinerOptions{.num_remembered = -1},
                                      MinerOptions{.pool_size = -5},
                                      MinerOptions{.num_remembered = 0, .pool_size = 0},
                                      MinerOptions{.nearest_factor = 0},
                                      MinerOptions{.margin = -0.1},
                                      MinerOptions{.margin = NAN}}) {
    EXPECT_EQ(TupleMiner::create(set, options).status().code(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace loci::train
