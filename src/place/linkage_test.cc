// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "linkage.h"

#include <algorithm>

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

TEST(Linkage, AChainOfNeighboursIsNoGroup) {
  // Photo i is linked to the next three; farther ones show another place.
  Pairs links;
  for (size_t i = 0; i < 60; ++i) {
    for (size_t j = i + 1; j < std::min<size_t>(i + 4, 60); ++j) links.emplace_back(i, j);
  }
  const ExaminePairs near = [](std::span<const ItemPair> pairs) {
    std::vector<bool> linked;
    for (const auto& [a, b] : pairs) linked.push_back(std::max(a, b) - std::min(a, b) <= 3);
    return linked;
  };
  EXPECT_EQ(cluster_by_links(60, links, {}, 0.9), Labels(60, 0));
  const Labels groups = cluster_by_links(60, links, {}, 0.9, near);
  for (size_t i = 0; i < 60; ++i) EXPECT_LE(i - groups[i], 12u);
}

TEST(Linkage, PairsThatNobodyExaminedAreForTheCore) {
  Pairs links = kTwoPlaces;
  links.emplace_back(2, 3);
  const auto all = [](bool linked) {
    return [linked](std::span<const ItemPair> pairs) {
      return std::vector<bool>(pairs.size(), linked);
    };
  };
  EXPECT_EQ(cluster_by_links(6, links, {}, 0.9, all(false)), (Labels{0, 0, 0, 3, 3, 3}));
  EXPECT_EQ(cluster_by_links(6, links, {}, 0.9, all(true)), (Labels{0, 0, 0, 0, 0, 0}));
}

TEST(Linkage, WhatIsKnownHoldsWhateverThePairsSay) {
  const Pairs links{{0, 1}, {1, 2}, {3, 4}};
  EXPECT_EQ(cluster_by_links(6, links, {}, 0.9, {}, {.same = {{2, 5}}, .different = {{0, 1}}}),
            (Labels{0, 1, 1, 3, 3, 1}));
  EXPECT_EQ(
      cluster_by_links(
          6, links, {}, 0.9, {}, {.same = {}, .different = {}, .name = {0, -1, 1, -1, 2, -1}}),
      (Labels{0, 0, 2, 3, 3, 5}));
  EXPECT_EQ(
      cluster_by_links(
          6,
          links,
          {},
          0.9,
          {},
          {.same = {{3, 4}}, .different = {}, .alone = {false, true, false, true, false, false}}),
      (Labels{0, 1, 2, 3, 3, 5}));
}

}  // namespace
}  // namespace loci
