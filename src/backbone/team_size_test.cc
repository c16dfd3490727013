// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "team_size.h"

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

TEST(TeamSizer, CountsOnProcessorsThatStandFreeAlone) {
  int runnable = 1;
  TeamSizer sizer([&] { return runnable; }, 8);
  EXPECT_EQ(sizer.choose(8), 8);
  runnable = 2;  // one other
  EXPECT_EQ(sizer.choose(8), 4);
  runnable = 6;
  EXPECT_EQ(sizer.choose(8), 2);
  runnable = 20;
  EXPECT_EQ(sizer.choose(8), 1);
  EXPECT_EQ(sizer.choose(1), 1);
  runnable = 1;
  EXPECT_EQ(sizer.choose(8), 8);
  EXPECT_EQ(sizer.choose(3), 3);
}

TEST(TeamSizer, OwnThreadsThatStillSpinAreNoOthers) {
  int runnable = 1;
  TeamSizer sizer([&] { return runnable; }, 2);
  ASSERT_EQ(sizer.choose(2), 2);
  sizer.ran(2, 1, 10);
  runnable = 2;
  EXPECT_EQ(sizer.choose(2), 2);
  runnable = 3;
  EXPECT_EQ(sizer.choose(2), 1);
}

TEST(TeamSizer, AThreadThatIsGoneAtTheNextLookChangesNothing) {
  int looks = 0;
  TeamSizer sizer([&] { return looks++ == 0 ? 4 : 1; }, 2);
  EXPECT_EQ(sizer.choose(2), 2);
}

TEST(TeamSizer, WhereNothingIsKnownItLearnsFromTheTimes) {
  TeamSizer sizer([] { return -1; }, 2);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(sizer.choose(2), 2);
    sizer.ran(2, 1, 10);
  }
  sizer.ran(2, 1, 100);
  EXPECT_EQ(sizer.choose(2), 2) << "once is chance";
  sizer.ran(2, 1, 100);
  int singles = 0;
  while (sizer.choose(2) == 1) sizer.ran(1, 1, 20), ++singles;
  EXPECT_EQ(singles, 8);
  sizer.ran(2, 1, 100);
  singles = 0;
  while (sizer.choose(2) == 1) ++singles;
  EXPECT_EQ(singles, 16) << "tried less and less often";
  sizer.ran(2, 1, 10);
  EXPECT_EQ(sizer.choose(2), 2);
}

TEST(TeamSizer, ReadsTheMachinesOwnNumberWhereThereIsOne) {
  EXPECT_NE(TeamSizer::runnable_threads(), 0);
}

}  // namespace
}  // namespace loci::internal
