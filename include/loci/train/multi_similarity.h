// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/options.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci::train {

struct MultiSimilarityOptions {
  /// Multi-Similarity: weight of the positives' softness (1 in GSV-Cities).
  double alpha = 1;
  /// Multi-Similarity: of the negatives'.
  double beta = 50;
  /// Multi-Similarity: similarity lambda that parts the two.
  double base = 0;
  /// Multi-Similarity: margin of the pair mining.
  double epsilon = 0.1;

  template <class V>
  void describe(V&& v) {
    v({"ms_alpha", "Multi-Similarity: weight of the positives' softness (1 in GSV-Cities)"}, alpha);
    v({"ms_beta", "Multi-Similarity: of the negatives' (50)"}, beta);
    v({"ms_base", "Multi-Similarity: similarity lambda that parts the two (0)"}, base);
    v({"ms_epsilon", "Multi-Similarity: margin of the pair mining (0.1)"}, epsilon);
  }
};

/// Pairs of a batch that are worth training on.
struct MinedPairs {
  struct Pair {
    int32_t anchor, other;
    bool operator==(const Pair&) const = default;
  };
  std::vector<Pair> positives, negatives;  ///< by rising anchor, then other
};

/// Multi-Similarity mining. `similarity` is B x B (cosine), `places` the label of each image.
///
///   negative (i, j) is kept when  S_ij + epsilon > min over positives p of S_ip
///   positive (i, j) is kept when  S_ij - epsilon < max over negatives n of S_in
///
/// An anchor without positives or without negatives in the batch has no pairs. An image is no pair
/// with itself.
/// Errors: contract: B x B, B labels
/// Cost:   B^2
/// Source: Wang et al., Multi-Similarity Loss, CVPR 2019, eq. (11) and (12)
MinedPairs mine_pairs(ConstMatrixView similarity, std::span<const int32_t> places, double epsilon);

/// The loss over mined pairs, averaged over all B anchors:
///
///   L_i = 1/alpha log(1 + sum_p exp(-alpha (S_ip - base))) + 1/beta log(1 + sum_n exp(beta (S_in -
///   base)))
///
/// and dL/dS (B x B, zero where there is no pair) when `gradient` is given. In float64, the sums
/// safe from overflow.
/// Source: eq. (15)
double multi_similarity_loss(ConstMatrixView similarity,
                             const MinedPairs& pairs,
                             const MultiSimilarityOptions& options,
                             Matrix* gradient = nullptr);

}  // namespace loci::train
