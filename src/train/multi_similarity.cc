// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/multi_similarity.h"

#include "loci/base/check.h"

#include <algorithm>
#include <cmath>

namespace loci::train {
namespace {

using Pair = MinedPairs::Pair;

/// log(1 + sum_j exp(x_j)) and its derivative exp(x_j) / (1 + sum exp), safe for any x.
double log_one_plus_sum(const std::vector<double>& x, std::vector<double>* derivative) {
  double largest = 0;  // the one is exp(0)
  for (const double value : x) largest = std::max(largest, value);
  double sum = std::exp(-largest);
  for (const double value : x) sum += std::exp(value - largest);
  derivative->resize(x.size());
  for (size_t j = 0; j < x.size(); ++j) (*derivative)[j] = std::exp(x[j] - largest) / sum;
  return largest + std::log(sum);
}

}  // namespace

MinedPairs mine_pairs(ConstMatrixView similarity, std::span<const int32_t> places, double epsilon) {
  const int64_t size = similarity.rows();
  LOCI_REQUIRE(similarity.cols() == size, "the similarity matrix is square");
  LOCI_REQUIRE(static_cast<int64_t>(places.size()) == size, "each image has a place");
  MinedPairs pairs;
  for (int64_t i = 0; i < size; ++i) {
    const auto row = similarity.row(i);
    const auto same = [&](int64_t j) {
      return places[static_cast<size_t>(i)] == places[static_cast<size_t>(j)];
    };
    float least_positive = INFINITY, most_negative = -INFINITY;
    for (int64_t j = 0; j < size; ++j) {
      if (j == i) continue;
      const float value = row[static_cast<size_t>(j)];
      if (same(j)) least_positive = std::min(least_positive, value);
      if (!same(j)) most_negative = std::max(most_negative, value);
    }
    if (std::isinf(least_positive) || std::isinf(most_negative)) continue;
    for (int64_t j = 0; j < size; ++j) {
      if (j == i) continue;
      const double value = row[static_cast<size_t>(j)];
      const Pair pair{static_cast<int32_t>(i), static_cast<int32_t>(j)};
      if (same(j) && value - epsilon < most_negative) pairs.positives.push_back(pair);
      if (!same(j) && value + epsilon > least_positive) pairs.negatives.push_back(pair);
    }
  }
  return pairs;
}

double multi_similarity_loss(ConstMatrixView similarity,
                             const MinedPairs& pairs,
                             const MultiSimilarityOptions& options,
                             Matrix* gradient) {
  const int64_t size = similarity.rows();
  LOCI_REQUIRE(similarity.cols() == size, "the similarity matrix is square");
  if (gradient != nullptr) *gradient = Matrix(size, size);
  if (size == 0) return 0;
  double loss = 0;
  std::vector<double> x, weight;
  // Pairs of one anchor follow each other.
  const auto add = [&](const std::vector<Pair>& list, double sharpness) {
    for (size_t begin = 0, end = 0; begin < list.size(); begin = end) {
      x.clear();
      for (; end < list.size() && list[end].anchor == list[begin].anchor; ++end)
        x.push_back(sharpness * (similarity(list[end].anchor, list[end].other) - options.base));
      loss += log_one_plus_sum(x, &weight) / std::abs(sharpness);
      if (gradient == nullptr) continue;
      const double scale = (sharpness > 0 ? 1.0 : -1.0) / static_cast<double>(size);
      for (size_t j = begin; j < end; ++j) {
        (*gradient)(list[j].anchor, list[j].other) += static_cast<float>(scale * weight[j - begin]);
      }
    }
  };
  add(pairs.positives, -options.alpha);
  add(pairs.negatives, options.beta);
  return loss / static_cast<double>(size);
}

}  // namespace loci::train
