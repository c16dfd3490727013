// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/multi_similarity.h"

#include "test_sets.h"

#include "loci/math/gemm.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::ElementsAre;
using Pair = MinedPairs::Pair;

Matrix matrix(std::vector<std::vector<float>> rows) {
  Matrix m(static_cast<int64_t>(rows.size()), static_cast<int64_t>(rows[0].size()));
  for (size_t i = 0; i < rows.size(); ++i)
    std::copy(rows[i].begin(), rows[i].end(), m.row(static_cast<int64_t>(i)).begin());
  return m;
}

Matrix random_similarity(int64_t size, uint64_t seed) {
  const Matrix descriptors = random_descriptors(size, 6, seed);
  Matrix similarity(size, size);
  gemm_nt(descriptors, descriptors, similarity);
  return similarity;
}

TEST(MinePairs, KeepsWhatViolatesTheMarginOfTheHardestOther) {
  // Images 0, 1, 2 show place 7; 3 and 4 place 8.
  const Matrix similarity = matrix({{1, 0.9f, 0.5f, 0.45f, 0.3f},
                                    {0.9f, 1, 0.8f, 0.2f, 0.1f},
                                    {0.5f, 0.8f, 1, 0.6f, 0.35f},
                                    {0.45f, 0.2f, 0.6f, 1, 0.7f},
                                    {0.3f, 0.1f, 0.35f, 0.7f, 1}});
  const std::vector<int32_t> places = {7, 7, 7, 8, 8};
  const MinedPairs pairs = mine_pairs(similarity, places, 0.1);
  // Anchor 0: least positive 0.5, hardest negative 0.45: positive 0.5 - 0.1 < 0.45; negative
  // 0.45 + 0.1 > 0.5. Anchor 1: 0.8 against 0.2, nothing. Anchor 2: 0.5 against 0.6: 0.5 is kept,
  // 0.8 - 0.1 is not below 0.6; 0.6 is kept, 0.35 + 0.1 is not above 0.5. Anchor 3: 0.7 against
  // 0.6: 0.7 - 0.1 = 0.6 is not below 0.6 (in float32 by a hair); see below. Anchor 4: nothing.
  const auto of_anchor = [](const std::vector<Pair>& list, int32_t anchor) {
    std::vector<int32_t> others;
    for (const Pair& pair : list) {
      if (pair.anchor == anchor) others.push_back(pair.other);
    }
    return others;
  };
  EXPECT_THAT(of_anchor(pairs.positives, 0), ElementsAre(2));
  EXPECT_THAT(of_anchor(pairs.negatives, 0), ElementsAre(3));
  EXPECT_THAT(of_anchor(pairs.positives, 1), ElementsAre());
  EXPECT_THAT(of_anchor(pairs.negatives, 1), ElementsAre());
  EXPECT_THAT(of_anchor(pairs.positives, 2), ElementsAre(0));
  EXPECT_THAT(of_anchor(pairs.negatives, 2), ElementsAre(3));
  EXPECT_THAT(of_anchor(pairs.positives, 4), ElementsAre());
  EXPECT_THAT(of_anchor(pairs.negatives, 4), ElementsAre());
}

TEST(MinePairs, AnchorsWithoutPositivesOrNegativesHaveNoPairs) {
  const Matrix similarity = random_similarity(5, 1);
  const MinedPairs one_place = mine_pairs(similarity, std::vector<int32_t>(5, 3), 10);
  EXPECT_TRUE(one_place.positives.empty() && one_place.negatives.empty());
  const MinedPairs all_apart = mine_pairs(similarity, std::vector<int32_t>{1, 2, 3, 4, 5}, 10);
  EXPECT_TRUE(all_apart.positives.empty() && all_apart.negatives.empty());
  const MinedPairs all = mine_pairs(similarity, std::vector<int32_t>{1, 1, 2, 2, 3}, 10);
  EXPECT_EQ(all.positives.size(), 4u);
  EXPECT_EQ(all.negatives.size(), 4u * 3);
}

TEST(MinePairs, RelabellingAndReorderingChangeNothing) {
  const int64_t size = 12;
  const Matrix similarity = random_similarity(size, 3);
  std::vector<int32_t> places, order(static_cast<size_t>(size));
  for (int32_t i = 0; i < size; ++i) places.push_back(i % 4);
  std::iota(order.begin(), order.end(), 0);
  Rng(9).shuffle(order);
  Matrix moved(size, size);
  std::vector<int32_t> renamed(places.size());
  for (int64_t i = 0; i < size; ++i) {
    renamed[static_cast<size_t>(i)] =
        100 - places[static_cast<size_t>(order[static_cast<size_t>(i)])];
    for (int64_t j = 0; j < size; ++j)
      moved(i, j) = similarity(order[static_cast<size_t>(i)], order[static_cast<size_t>(j)]);
  }
  const MinedPairs pairs = mine_pairs(similarity, places, 0.1);
  const MinedPairs others = mine_pairs(moved, renamed, 0.1);
  ASSERT_FALSE(pairs.positives.empty());
  EXPECT_EQ(pairs.positives.size(), others.positives.size());
  EXPECT_EQ(pairs.negatives.size(), others.negatives.size());
  const MultiSimilarityOptions options;
  EXPECT_NEAR(multi_similarity_loss(similarity, pairs, options),
              multi_similarity_loss(moved, others, options),
              1e-12);
}

TEST(MultiSimilarityLoss, WorkedByHand) {
  const Matrix similarity = matrix({{1, 0.5f, 0.25f}, {0.5f, 1, 0}, {0.25f, 0, 1}});
  const MinedPairs pairs{.positives = {{0, 1}}, .negatives = {{0, 2}}};
  const MultiSimilarityOptions options{.alpha = 2, .beta = 4, .base = 0.5};
  // log(1 + exp(0)) / 2 + log(1 + exp(4 * -0.25)) / 4, over three anchors
  EXPECT_NEAR(multi_similarity_loss(similarity, pairs, options),
              (std::log(2.0) / 2 + std::log(1 + std::exp(-1.0)) / 4) / 3,
              1e-12);
}

TEST(MultiSimilarityLoss, GradientIsThatOfFiniteDifferences) {
  const int64_t size = 10;
  Matrix similarity = random_similarity(size, 4);
  std::vector<int32_t> places;
  for (int32_t i = 0; i < size; ++i) places.push_back(i / 2);
  const MultiSimilarityOptions options{.alpha = 1, .beta = 50, .base = 0.1};
  const MinedPairs pairs = mine_pairs(similarity, places, options.epsilon);
  Matrix gradient;
  multi_similarity_loss(similarity, pairs, options, &gradient);
  double largest = 0;
  for (int64_t i = 0; i < size; ++i) {
    for (int64_t j = 0; j < size; ++j) {
      const float value = similarity(i, j);
      constexpr float kStep = 1.0f / 4096;
      similarity(i, j) = value + kStep;
      const double above = multi_similarity_loss(similarity, pairs, options);
      const double high = similarity(i, j);
      similarity(i, j) = value - kStep;
      const double below = multi_similarity_loss(similarity, pairs, options);
      const double slope = (above - below) / (high - similarity(i, j));
      similarity(i, j) = value;
      EXPECT_NEAR(gradient(i, j), slope, 2e-5) << i << " " << j;
      largest = std::max(largest, std::abs(slope));
    }
  }
  EXPECT_GT(largest, 0.01);
}

TEST(MultiSimilarityLoss, DoesNotOverflow) {
  const Matrix similarity = matrix({{1, -1, 1}, {-1, 1, 1}, {1, 1, 1}});
  const MinedPairs pairs = mine_pairs(similarity, std::vector<int32_t>{1, 1, 2}, 0.1);
  Matrix gradient;
  const double loss =
      multi_similarity_loss(similarity, pairs, {.alpha = 1e4, .beta = 1e4}, &gradient);
  EXPECT_NEAR(loss, 2.0 * (1 + 1) / 3, 1e-3);
  EXPECT_NEAR(gradient(0, 1), -1.0 / 3, 1e-6);
}

}  // namespace
}  // namespace loci::train
