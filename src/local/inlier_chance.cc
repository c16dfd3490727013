// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/inlier_chance.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

constexpr int kLeastMatches = 8;
constexpr double kLeastTolerance = 0.002, kMostTolerance = 0.06;

/// Of inliers - sample.
struct Tail {
  int sample;
  double a, b, c, k;
};

constexpr Tail kNothing{0, 0, 0, 0, 0};
// By recipes/inlier_chance.py: rows are MatchedFeatures, columns homography and fundamental matrix.
constexpr Tail kTails[3][2] = {
    {{4, 0.0384, 1.101, 0.908, 49.13}, {7, 0.1611, 1.128, 0.429, 114.90}},
    {{4, 0.0408, 0.676, 0.886, 1167.63}, {7, 0.5724, 0.593, 0.258, 1.41}},
    {{4, 0.0054, 1.362, 1.215, 3.38}, kNothing},
};

/// P(X >= x) of a negative binomial variable: the terms from x on, or below the mean those before it.
double upper_tail(int x, double mean, double k) {
  if (x <= 0) return 1;
  const double q = mean / (mean + k);
  const auto probability = [&](int n) {
    return std::exp(std::lgamma(n + k) - std::lgamma(k) - std::lgamma(n + 1.0) +
                    k * std::log1p(-q) + n * std::log(q));
  };
  double sum = 0;
  if (x < mean) {
    double term = probability(0);
    for (int n = 0; n < x; ++n) {
      sum += term;
      term *= q * (n + k) / (n + 1);
    }
    return std::max(0.0, 1 - sum);
  }
  double term = probability(x);
  for (int n = x; term > 1e-16 * sum; ++n) {
    sum += term;
    term *= q * (n + k) / (n + 1);
  }
  return std::min(1.0, sum);
}

}  // namespace

double inlier_chance(
    MatchedFeatures features, Geometry geometry, int matches, int inliers, double tolerance) {
  if (geometry == Geometry::kNone || matches < kLeastMatches || !(tolerance > 0)) return 1;
  const Tail& tail =
      kTails[static_cast<size_t>(features)][geometry == Geometry::kHomography ? 0 : 1];
  if (tail.sample == 0) return 1;
  const double t = std::clamp(tolerance, kLeastTolerance, kMostTolerance);
  const double mean = tail.a * std::pow(matches, tail.b) * std::pow(t / 0.01, tail.c);
  return upper_tail(std::min(inliers, matches) - tail.sample, mean, tail.k);
}

}  // namespace loci
