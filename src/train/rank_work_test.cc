// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/rank_work.h"

#include "test_sets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(RankWork, RanksShareAStepAndLeaveNothingOut) {
  const std::vector<int64_t> order = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  EXPECT_EQ(steps_of(order, 4), 2);
  EXPECT_THAT(queries_of_rank(order, 0, 4, 0, 1), ElementsAre(9, 8, 7, 6));
  EXPECT_THAT(queries_of_rank(order, 1, 4, 0, 2), ElementsAre(5, 3));
  EXPECT_THAT(queries_of_rank(order, 1, 4, 1, 2), ElementsAre(4, 2));
  EXPECT_THAT(queries_of_rank(order, 1, 4, 5, 8), ElementsAre()) << "more processes than queries";
  EXPECT_THAT(queries_of_rank(order, 2, 4, 0, 1), ElementsAre()) << "two queries are no step";
  EXPECT_EQ(steps_of(order, 16), 1) << "unless there are no more";
  EXPECT_THAT(queries_of_rank(order, 0, 16, 1, 3), ElementsAre(8, 5, 2));
  EXPECT_EQ(steps_of({}, 4), 0);
}

TEST(RankWork, ProcessesThatTellEachOtherMineWhatOneWouldMine) {
  const TrainingSet set = TrainingSet::create(street(2000)).value();
  const Matrix descriptors = random_descriptors(set.num_images(), 8);
  const SquaredDistances distances = distances_of(descriptors);
  const MinerOptions options{.pool_size = 40, .seed = 3};
  constexpr int64_t kBatch = 6;
  TupleMiner alone = TupleMiner::create(set, options).value();
  for (int epoch = 0; epoch < 3; ++epoch) {
    const std::vector<int64_t> order = alone.epoch_order(epoch);
    for (int64_t step = 0; step < steps_of(order, kBatch); ++step) {
      for (const int64_t q : queries_of_rank(order, step, kBatch, 0, 1))
        alone.mine(epoch, q, distances);
    }
  }
  for (const int ranks : {2, 4, 7}) {
    std::vector<TupleMiner> miners;
    for (int rank = 0; rank < ranks; ++rank)
      miners.push_back(TupleMiner::create(set, options).value());
    const int64_t slots = (kBatch + ranks - 1) / ranks;
    for (int epoch = 0; epoch < 3; ++epoch) {
      const std::vector<int64_t> order = miners[0].epoch_order(epoch);
      for (int64_t step = 0; step < steps_of(order, kBatch); ++step) {
        std::vector<int32_t> gathered;
        for (int rank = 0; rank < ranks; ++rank) {
          TupleMiner& miner = miners[static_cast<size_t>(rank)];
          const auto queries = queries_of_rank(order, step, kBatch, rank, ranks);
          for (const int64_t q : queries) miner.mine(epoch, q, distances);
          const auto records = pack_memory(miner, queries, slots);
          gathered.insert(gathered.end(), records.begin(), records.end());
        }
        for (TupleMiner& miner : miners) ASSERT_TRUE(unpack_memory(gathered, &miner).ok());
      }
    }
    for (const TupleMiner& miner : miners) EXPECT_EQ(miner.save_memory(), alone.save_memory());
  }
}

TEST(RankWork, RecordsOfAnotherSetAreRefusedAsAWhole) {
  const TrainingSet set = TrainingSet::create(street()).value();
  TupleMiner miner = TupleMiner::create(set, {.num_remembered = 2}).value();
  const auto before = miner.save_memory();
  const std::vector<int32_t> good = {0, 90, 80, 1, 95, -1};
  for (std::vector<int32_t> bad : {std::vector<int32_t>{0, 90, 80, 1, 95},
                                   {0, 90, 80, 1000, 95, -1},
                                   {0, 90, 80, -7, 95, -1},
                                   {0, 90, 80, 1, 100000, -1},
                                   {0, 90, 80, 1, -5, -1},
                                   {0, 90, 80, 0, 0, -1}}) {  // row 0 lies beside query 0
    const Status status = unpack_memory(bad, &miner);
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_THAT(status.message(), HasSubstr("other processes"));
    EXPECT_EQ(miner.save_memory(), before);
  }
  ASSERT_TRUE(unpack_memory(good, &miner).ok());
  EXPECT_THAT(miner.remembered(0), ElementsAre(90, 80));
  EXPECT_THAT(miner.remembered(1), ElementsAre(95));
}

}  // namespace
}  // namespace loci::train
