// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace loci {

// Is the best match of a query better than chance for this collection? Post-recognition score
// analysis after Scheirer et al. (Meta-Recognition, PAMI 2011), with the shape of the tail learnt
// from the collection. docs/unknown_place.md tells it at length.
//
//   1. A query is compared with a sample of the n photographs. Unrelated similarities are nearly normal: median and 80 %
//      quantile give mean and spread, and the best of n of them is nearly Gumbel with known location and scale.
//   2. The collection says how far it departs from that: some of its own photographs play the query, each against so small
//      a part of the others that another photograph of its place is seldom among them (and, where positions are known,
//      only against those far away). Of x = (best - location) / scale the lower half gives the Gumbel distribution that is
//      used; its upper half may hold true matches.
//   3. confidence = F(x) of the query; from kKnown on the place counts as known.

/// What a query's scores against photographs of other places look like.
struct ChanceFit {
  double location = 0;
  double scale = 0;
  bool ok = false;  ///< false: too few scores to say
};

/// Step 1: `scores` (any order) are a sample out of `n`.
ChanceFit fit_chance(std::vector<float> scores, double n);

struct ChanceVerdict {
  bool known_place = false;
  double confidence = 0;    ///< part of chance best scores below the query's
  double chance_score = 1;  ///< the middle of what chance gives this query
};

/// A Gumbel distribution of x, with what it was learnt from. The default is the bound itself.
struct ChanceModel {
  static constexpr double kKnown = 0.95;  ///< one photograph of an unknown place in twenty may pass

  int64_t images = 0;  ///< size of the collection when this was learnt; 0: nothing learnt
  double location = 0;
  double scale = 1;

  /// Step 2.
  static ChanceModel learn(int64_t images, std::vector<double> excess);
  /// Step 3.
  ChanceVerdict judge(const ChanceFit& fit, double best_score) const;
  std::string to_text() const;
  /// The default for text that is none.
  static ChanceModel parse(const std::string& text);
};

}  // namespace loci
