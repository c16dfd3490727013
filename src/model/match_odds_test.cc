// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/match_odds.h"

#include "loci/model/spec.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(MatchOdds, AreTheStatedSum) {
  const LogOdds odds{.bias = -2, .similarity = 10, .photos = -0.5, .inliers = 1.5};
  // -2 + 10 * .4 - .5 ln 100 + 1.5 ln(1 + 18)
  EXPECT_NEAR(log_odds(odds, {.similarity = 0.4, .photos = 100, .inliers = 30}), 4.114073, 1e-6);
  EXPECT_NEAR(probability(odds, {.similarity = 0.4, .photos = 100, .inliers = 30}), 0.983922, 1e-6);
}

TEST(MatchOdds, AFewInliersSayNothing) {
  const LogOdds odds{.inliers = 1.5};
  EXPECT_EQ(log_odds(odds, {.inliers = 12}), 0);
  EXPECT_GT(log_odds(odds, {.inliers = 13}), 1);
}

TEST(MatchOdds, AreKeptInTheModelsDescription) {
  ModelSpec spec{.name = "small", .features = "rootsift"};
  EXPECT_FALSE(spec.match_odds.learnt());
  EXPECT_EQ(to_json(spec).find("match_odds"), std::string::npos);
  spec.match_odds.pair = {.bias = -7.25, .inliers = 1.5};
  spec.match_odds.descriptor.similarity = 20;
  const Result<ModelSpec> read = parse_spec(to_json(spec), "here");
  ASSERT_TRUE(read.ok()) << read.status().to_string();
  EXPECT_EQ(read->match_odds, spec.match_odds);
  EXPECT_TRUE(read->match_odds.learnt());
}

}  // namespace
}  // namespace loci
