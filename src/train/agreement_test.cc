// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "agreement.h"

#include "thread_ranks.h"

#include <atomic>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::ElementsAre;

TEST(Agreement, AllGetTheBytesOfAllByRank) {
  as_ranks(3, [](int rank, std::unique_ptr<Distributor> ranks) {
    const std::vector<uint8_t> mine(static_cast<size_t>(rank), static_cast<uint8_t>(rank));
    const RankBytes all = exchange(*ranks, {}, mine).value();
    EXPECT_THAT(all, ElementsAre(ElementsAre(), ElementsAre(1), ElementsAre(2, 2)));
  });
}

TEST(Agreement, TheFailureOfOneIsThatOfAllAndNamesItsRank) {
  as_ranks(4, [](int rank, std::unique_ptr<Distributor> ranks) {
    const Status mine = rank == 2 ? corrupt("the disk ate it") : Status();
    const Status status = agree(*ranks, mine);
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_EQ(status.message(), rank == 2 ? "the disk ate it" : "rank 2 ended: the disk ate it");
    EXPECT_TRUE(agree(*ranks, {}).ok()) << "they are still in step";
  });
}

TEST(Agreement, ARankThatIsGoneEndsTheOthers) {
  as_ranks(3, [](int rank, std::unique_ptr<Distributor> ranks) {
    EXPECT_TRUE(agree(*ranks, {}).ok());
    if (rank == 1) return;
    EXPECT_EQ(agree(*ranks, {}).code(), Code::kIo);
  });
}

TEST(Agreement, AloneOnlyItsOwnFateMatters) {
  Distributor alone;
  EXPECT_TRUE(agree(alone, {}).ok());
  EXPECT_EQ(agree(alone, not_found("x")).message(), "x");
  const std::vector<uint8_t> bytes = {7};
  EXPECT_THAT(exchange(alone, {}, bytes).value(), ElementsAre(ElementsAre(7)));
}

TEST(Agreement, TheFirstRankWorksWhileTheOthersWait) {
  std::atomic<int> worked = 0;
  as_ranks(3, [&](int rank, std::unique_ptr<Distributor> ranks) {
    const Status status = in_first_rank(*ranks, {}, [&](const JobControl& job) -> Status {
      EXPECT_EQ(rank, 0);
      for (int i = 0; i < 30; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        job.progress("work", i, 30);
      }
      ++worked;
      return {};
    });
    EXPECT_TRUE(status.ok());
    EXPECT_EQ(worked, 1) << "none goes on before it is done";
    EXPECT_TRUE(agree(*ranks, {}).ok());
  });
}

TEST(Agreement, WhatFailsInTheFirstRankFailsInAll) {
  as_ranks(2, [](int rank, std::unique_ptr<Distributor> ranks) {
    const Status status =
        in_first_rank(*ranks, {}, [](const JobControl&) { return io_error("no room"); });
    EXPECT_EQ(status.message(), rank == 0 ? "no room" : "rank 0 ended: no room");
  });
}

TEST(Agreement, AStopIsAFailureOfItsOwnKind) {
  std::atomic<bool> stop = false;
  const JobControl job{.on_progress = {}, .on_message = {}, .cancel = &stop};
  EXPECT_TRUE(unless_cancelled({}, job, "stopped").ok());
  stop = true;
  EXPECT_EQ(unless_cancelled({}, job, "stopped").code(), Code::kCancelled);
  EXPECT_EQ(unless_cancelled(corrupt("x"), job, "stopped").code(), Code::kCorrupt);
}

}  // namespace
}  // namespace loci::train
