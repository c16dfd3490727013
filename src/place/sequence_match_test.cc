// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/sequence_match.h"

#include "loci/base/rng.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

int64_t best_of(std::span<const float> row) { return std::ranges::max_element(row) - row.begin(); }

/// Similarities of a second drive of which frame q is where frame offset + speed * q of the first
/// was: a weak signal under noise.
Matrix noisy_drive(
    int64_t queries, int64_t references, int64_t offset, double speed, double noise) {
  Rng rng(5);
  Matrix s(queries, references);
  for (int64_t q = 0; q < queries; ++q) {
    for (int64_t j = 0; j < references; ++j) s(q, j) = static_cast<float>(noise * rng.normal());
    const auto at = offset + std::llround(speed * static_cast<double>(q));
    if (at >= 0 && at < references) s(q, at) += 0.2f;
  }
  return s;
}

int right_answers(const Matrix& scores, int64_t from, int64_t offset, double speed) {
  int right = 0;
  for (int64_t q = from; q < scores.rows(); ++q) {
    const auto want = offset + std::llround(speed * static_cast<double>(q));
    right += std::abs(best_of(scores.row(q)) - want) <= 1;
  }
  return right;
}

TEST(EnhanceContrast, WorkedByHand) {
  const std::vector<float> s{1, 2, 3, 2};
  std::vector<float> out(4);
  enhance_contrast(s, 3, out);
  // Variance of all: 0.5, so floor^2 = 0.03125. Entry 1 has neighbours 1 2 3: mean 2, variance 2/3.
  EXPECT_NEAR(out[1], 0, 1e-6);
  // Entry 2 has 2 3 2: mean 7/3, variance 2/9.
  EXPECT_NEAR(out[2], (3 - 7.0 / 3) / std::sqrt(2.0 / 9 + 0.03125), 1e-5);
  // Entry 0 has 1 2 alone: mean 1.5, variance 0.25.
  EXPECT_NEAR(out[0], -0.5 / std::sqrt(0.25 + 0.03125), 1e-5);
}

TEST(EnhanceContrast, IsNotMovedByBrightnessOrContrastOfARow) {
  Rng rng(1);
  std::vector<float> s(100), t(100), a(100), b(100);
  for (size_t i = 0; i < s.size(); ++i) {
    s[i] = static_cast<float>(rng.uniform());
    t[i] = 0.3f * s[i] + 5;
  }
  enhance_contrast(s, 10, a);
  enhance_contrast(t, 10, b);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-3);
  std::vector<float> flat(50, 0.5f), out(50);
  enhance_contrast(flat, 10, out);
  for (const float x : out) EXPECT_NEAR(x, 0, 1e-3);
}

TEST(SequenceMatch, FindsAWeakDriveThatSingleFramesMiss) {
  const Matrix s = noisy_drive(80, 300, 60, 1, 0.1);
  int single = 0;
  for (int64_t q = 20; q < 80; ++q) single += std::abs(best_of(s.row(q)) - 60 - q) <= 1;
  const Matrix scores = sequence_scores(s, {.sequence = 20}).value();
  EXPECT_LT(single, 30);
  EXPECT_GE(right_answers(scores, 20, 60, 1), 57);
}

TEST(SequenceMatch, FollowsOtherSpeedsOnlyWhenAsked) {
  const Matrix s = noisy_drive(60, 300, 30, 2, 0.1);
  const Matrix near_one = sequence_scores(s, {.sequence = 20}).value();
  const Matrix wide = sequence_scores(s, {.sequence = 20, .max_velocity = 2.2}).value();
  EXPECT_LT(right_answers(near_one, 20, 30, 2), 20);
  EXPECT_GE(right_answers(wide, 20, 30, 2), 35);
}

TEST(SequenceMatch, TheWayBackIsFoundInReverse) {
  const Matrix s = noisy_drive(60, 200, 150, -1, 0.1);
  EXPECT_LT(right_answers(sequence_scores(s, {.sequence = 20}).value(), 20, 150, -1), 20);
  const auto both = sequence_scores(s, {.sequence = 20, .sequence_reverse = true}).value();
  EXPECT_GE(right_answers(both, 20, 150, -1), 35);
}

TEST(SequenceMatch, ReferencesThatGrowAndGoKeepTheirColumns) {
  const SequenceOptions options{.sequence = 3, .contrast_window = 3};
  SequenceMatcher all(options), without(options);
  Rng rng(3);
  for (int64_t t = 0; t < 6; ++t) {
    std::vector<float> row(static_cast<size_t>(40 + t));
    for (float& x : row) x = static_cast<float>(rng.uniform());
    all.push(row);
    without.push(row);
  }
  without.erase(2);
  const auto a = all.scores(), b = without.scores();
  ASSERT_EQ(b.size(), a.size() - 1);
  for (size_t j = 10; j < b.size(); ++j) EXPECT_EQ(b[j], a[j + 1]) << j;
}

TEST(SequenceMatch, OptionsOutOfRangeAreRefusedByName) {
  const auto refusal = [](const SequenceOptions& o) { return o.validate().message(); };
  EXPECT_NE(refusal({.sequence = 0}).find("sequence 0"), std::string::npos);
  EXPECT_NE(refusal({.min_velocity = 0}).find("velocities"), std::string::npos);
  EXPECT_NE(refusal({.velocity_step = 0}).find("velocity_step"), std::string::npos);
  EXPECT_NE(refusal({.contrast_window = 1}).find("contrast_window"), std::string::npos);
  EXPECT_FALSE(sequence_scores(Matrix(2, 2), {.sequence = 0}).ok());
}

}  // namespace
}  // namespace loci
