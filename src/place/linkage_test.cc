// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "linkage.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using Pairs = std::vector<ItemPair>;
using Labels = std::vector<size_t>;

const Pairs kTwoPlaces{{0, 1}, {1, 2}, {0, 2}, {3, 4}, {4, 5}, {3, 5}};

TEST(Linkage, LinkedItemsAreOneGroupNamedByItsFirst) {
  EXPECT_EQ(cluster_by_links(7, kTwoPlaces, {}, 0.9), (Labels{0, 0, 0, 3, 3, 3, 6}));
  EXPECT_EQ(cluster_by_links(0, {}, {}, 0.9), Labels{});
}

TEST(Linkage, OneLinkDoesNotJoinGroupsThatOtherPairsSpeakAgainst) {
  Pairs links = kTwoPlaces;
  links.emplace_back(2, 3);
  const Pairs rejected{{0, 3}, {1, 4}};
  EXPECT_EQ(cluster_by_links(6, links, rejected, 0.9), (Labels{0, 0, 0, 3, 3, 3}));
  EXPECT_EQ(cluster_by_links(6, links, rejected, 0.3), (Labels{0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(cluster_by_links(6, links, rejected, 0), (Labels{0, 0, 0, 0, 0, 0}));
}

TEST(Linkage, PairsThatNobodyExaminedCountForNothing) {
  Pairs links = kTwoPlaces;
  links.emplace_back(2, 3);
  EXPECT_EQ(cluster_by_links(6, links, {}, 1), (Labels{0, 0, 0, 0, 0, 0}));
}

TEST(Linkage, ALinkThatCameTooEarlyIsTriedAgain) {
  // 1-2 is refused while 2 stands alone against {0, 1}; once 3 is with it, three of four pairs are
  // links.
  const Pairs links{{0, 1}, {1, 2}, {2, 3}, {0, 3}, {1, 3}};
  const Pairs rejected{{0, 2}};
  EXPECT_EQ(cluster_by_links(4, links, rejected, 0.75), (Labels{0, 0, 0, 0}));
}

}  // namespace
}  // namespace loci
