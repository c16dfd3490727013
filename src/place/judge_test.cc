// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

// Odds that say .5 at similarity .3 of 100 photos, and at 20 inliers with .3.
const MatchOdds kOdds{
    .descriptor = {.bias = -6 + 0.5 * 4.60517, .similarity = 20, .photos = -0.5},
    .geometry = {.bias = -6 - 2.19722, .similarity = 20, .inliers = 1},
};

TEST(Judge, ThreeVerdictsByTheConfidence) {
  EXPECT_EQ(verdict_of(0.9), Verdict::kKnown);
  EXPECT_EQ(verdict_of(0.899), Verdict::kProbably);
  EXPECT_EQ(verdict_of(0.5), Verdict::kProbably);
  EXPECT_EQ(verdict_of(0.499), Verdict::kUnknown);
  EXPECT_STREQ(verdict_name(Verdict::kProbably), "probably");
}

TEST(Judge, TheModelsOddsNeedNothingOfTheCollection) {
  EXPECT_NEAR(match_confidence(kOdds, {}, {}, 0.3, 100), 0.5, 1e-4);
  EXPECT_GT(match_confidence(kOdds, {}, {}, 0.3, 10), 0.7);
  EXPECT_LT(match_confidence(kOdds, {}, {}, 0.3, 10'000), 0.1);
}

TEST(Judge, TheSamePictureIsKnownWhateverElseIsSaid) {
  EXPECT_EQ(verdict_of(match_confidence({}, {}, {}, 0.99, 2)), Verdict::kKnown);
  EXPECT_EQ(verdict_of(match_confidence(kOdds, {}, {}, 1, 100'000'000)), Verdict::kKnown);
  const MatchGeometry nothing_fits{.matched = 40, .inliers = 0};
  EXPECT_EQ(verdict_of(checked_confidence(kOdds, nothing_fits, 0.98, 100, 0.1)), Verdict::kKnown);
}

TEST(Judge, GeometryIsWeighedAgainstTheSimilarity) {
  const auto with = [](int inliers, double score) {
    return checked_confidence(kOdds, {.matched = 100, .inliers = inliers}, score, 100, 0.5);
  };
  EXPECT_NEAR(with(20, 0.3), 0.5, 1e-4);
  EXPECT_GT(with(60, 0.3), with(20, 0.3));
  EXPECT_LT(with(60, 0.1), with(60, 0.3));
}

TEST(Judge, WithoutOddsChanceDecidesAndGeometryConfirms) {
  const ChanceModel chance{.images = 100, .location = 0, .scale = 1};
  const ChanceFit fit{.location = 0.2, .scale = 0.02, .ok = true};
  // x = 2.97 is what 95 % of chance results stay below.
  EXPECT_NEAR(match_confidence({}, chance, fit, 0.2 + 0.02 * 2.9702, 100), 0.5, 1e-3);
  EXPECT_EQ(verdict_of(match_confidence({}, chance, fit, 0.33, 100)), Verdict::kKnown);
  EXPECT_EQ(match_confidence({}, chance, ChanceFit(), 0.33, 100), 0);
  const MatchGeometry fits{.matched = 50, .inliers = 40, .verified = true};
  const MatchGeometry does_not{.matched = 50, .inliers = 5, .verified = false};
  EXPECT_EQ(verdict_of(checked_confidence({}, fits, 0.2, 100, 0.1)), Verdict::kKnown);
  EXPECT_EQ(verdict_of(checked_confidence({}, does_not, 0.4, 100, 0.99)), Verdict::kProbably);
  EXPECT_EQ(verdict_of(checked_confidence({}, does_not, 0.2, 100, 0.1)), Verdict::kUnknown);
}

}  // namespace
}  // namespace loci
