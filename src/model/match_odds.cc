// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/match_odds.h"

#include "loci/model/spec.h"

#include <algorithm>
#include <cmath>

namespace loci {

double log_odds(const LogOdds& odds, const MatchMeasures& m) {
  constexpr int kChanceInliers = 12;
  const double photos = std::log(static_cast<double>(std::max<int64_t>(m.photos, 1)));
  const double inliers = std::log1p(std::max(0, m.inliers - kChanceInliers));
  return odds.bias + odds.similarity * m.similarity + odds.photos * photos + odds.inliers * inliers;
}

double probability(const LogOdds& odds, const MatchMeasures& m) {
  return 1 / (1 + std::exp(-log_odds(odds, m)));
}

MatchOdds match_odds_of(const ModelSpec& spec) {
  MatchOdds odds = spec.match_odds;
  for (LogOdds* each : {&odds.descriptor, &odds.geometry, &odds.pair}) {
    each->bias += each->similarity * spec.whitening.similarity_offset;
    each->similarity *= spec.whitening.similarity_slope;
  }
  return odds;
}

}  // namespace loci
