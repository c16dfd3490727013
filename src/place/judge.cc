// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

constexpr double kSame = 0.999;

/// Part of what chance gives that lies below, as a probability that may say "known": one stranger in twenty reaches .95
/// of chance results, so that is an even bet, and one in a hundred and fifty is "known".
double from_chance(double below) {
  constexpr double kEven = 0.95, kSlope = 1.15;
  const double beyond = std::log(std::max(1 - below, 1e-12) / (1 - kEven));
  return 1 / (1 + std::exp(kSlope * beyond));
}

}  // namespace

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kKnown:
      return "known";
    case Verdict::kProbably:
      return "probably";
    case Verdict::kUnknown:
      break;
  }
  return "unknown";
}

Verdict verdict_of(double confidence) {
  if (confidence >= kKnownFrom) return Verdict::kKnown;
  return confidence >= kProbablyFrom ? Verdict::kProbably : Verdict::kUnknown;
}

double match_confidence(const MatchOdds& odds,
                        const ChanceModel& chance,
                        const ChanceFit& fit,
                        double score,
                        int64_t photos) {
  if (score >= kSamePicture) return kSame;
  if (odds.learnt()) return probability(odds.descriptor, {.similarity = score, .photos = photos});
  return fit.ok ? from_chance(chance.judge(fit, score).confidence) : 0;
}

double checked_confidence(const MatchOdds& odds,
                          const MatchGeometry& geometry,
                          double score,
                          int64_t photos,
                          double before) {
  if (score >= kSamePicture) return kSame;
  if (odds.learnt()) {
    return probability(odds.geometry,
                       {.similarity = score, .photos = photos, .inliers = geometry.inliers});
  }
  // Without odds learnt for the model: the check confirms, or it leaves at most "probably".
  constexpr double kConfirmed = 0.95, kNotConfirmed = 0.89;
  return geometry.verified ? std::max(before, kConfirmed) : std::min(before, kNotConfirmed);
}

}  // namespace loci
