// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace loci {

/// How probable it is that two photos show one place, from what was measured of them: a logistic regression (Cox 1958).
///
///   log odds = bias + similarity * s + photos * ln n + inliers * ln(1 + max(0, i - 12))
///
/// with the cosine similarity s, the n photos that were searched, and i matched points that one geometry explains.
struct LogOdds {
  double bias = 0, similarity = 0, photos = 0, inliers = 0;
  bool operator==(const LogOdds&) const = default;
};

/// What is measured of a match; what a LogOdds gives no weight may stay at its default.
struct MatchMeasures {
  double similarity = 0;
  int64_t photos = 1;
  int inliers = 0;
};

double log_odds(const LogOdds& odds, const MatchMeasures& measures);
/// 1 / (1 + exp(-log_odds())).
double probability(const LogOdds& odds, const MatchMeasures& measures);

/// What a model's similarities and geometric checks are worth, learnt from photos of known places and of strangers
/// (recipes/match_odds.py), so that a collection needs no labels for it. All zero: not learnt for this model.
struct MatchOdds {
  LogOdds descriptor;  ///< of the best match, before its geometry is checked
  LogOdds geometry;    ///< of the best match, after that
  LogOdds pair;        ///< of any two photos by their geometry alone
  bool operator==(const MatchOdds&) const = default;
  bool learnt() const { return *this != MatchOdds(); }
};

}  // namespace loci
