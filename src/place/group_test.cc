// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/group.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(PairwiseScores, CountPairsByHand) {
  Grouping grouping;
  grouping.groups.push_back({.ids = {1, 2, 3, 9}});  // a a b and one without a label
  grouping.groups.push_back({.ids = {4, 5}});        // b b
  const std::map<int64_t, std::string> labels{
      {1, "a"}, {2, "a"}, {3, "b"}, {4, "b"}, {5, "b"}, {6, "c"}};
  const PairScores scores = pairwise_scores(grouping, labels);
  EXPECT_EQ(scores.right, 2);   // 1-2, 4-5
  EXPECT_EQ(scores.wrong, 2);   // 1-3, 2-3
  EXPECT_EQ(scores.missed, 2);  // 3-4, 3-5
  EXPECT_DOUBLE_EQ(scores.precision, 0.5);
  EXPECT_DOUBLE_EQ(scores.recall, 0.5);
  EXPECT_DOUBLE_EQ(scores.f1, 0.5);
}

}  // namespace
}  // namespace loci
