// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chance.h"

#include "loci/model/match_odds.h"
#include "loci/place/place_db.h"

namespace loci {

// docs/unknown_place.md tells it at length.

constexpr double kKnownFrom = 0.9, kProbablyFrom = 0.5;
/// From this similarity on, two files show one and the same picture.
constexpr double kSamePicture = 0.97;

Verdict verdict_of(double confidence);

/// How probable it is that a match shows the query's place, its geometry not looked at: by the model's odds, or, for a
/// model that has none, by how few chance results of this collection reach its score.
double match_confidence(const MatchOdds& odds,
                        const ChanceModel& chance,
                        const ChanceFit& fit,
                        double score,
                        int64_t photos);

/// The same after its geometry was checked. `before`: match_confidence().
double checked_confidence(const MatchOdds& odds,
                          const MatchGeometry& geometry,
                          double score,
                          int64_t photos,
                          double before);

}  // namespace loci
