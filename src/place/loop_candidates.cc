// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_candidates.h"

#include "chance.h"

#include <algorithm>
#include <cmath>

namespace loci {

std::vector<int64_t> spread_peaks(std::span<const float> scores, int k, int64_t apart) {
  std::vector<int64_t> peaks;
  // A pass for each of the few that are wanted costs less than sorting all.
  while (std::ssize(peaks) < k) {
    int64_t best = -1;
    for (int64_t j = 0; j < std::ssize(scores); ++j) {
      if (best >= 0 && !(scores[static_cast<size_t>(j)] > scores[static_cast<size_t>(best)])) {
        continue;
      }
      const bool taken = std::ranges::any_of(
          peaks, [&](int64_t p) { return std::abs(p - j) <= std::max<int64_t>(apart, 0); });
      if (!taken) best = j;
    }
    if (best < 0) break;
    peaks.push_back(best);
  }
  return peaks;
}

std::vector<int> ConsistencyTrail::next(const std::vector<int64_t>& candidates) {
  std::vector<int> length(candidates.size(), 1);
  for (size_t i = 0; i < candidates.size(); ++i) {
    for (size_t j = 0; j < before_.size(); ++j) {
      if (std::abs(candidates[i] - before_[j]) <= jump_) {
        length[i] = std::max(length[i], length_before_[j] + 1);
      }
    }
  }
  before_ = candidates;
  length_before_ = length;
  return length;
}

void RunningChance::learn(double second) {
  second_.push_back(second);
  if (second_.size() > kMemory) second_.pop_front();
  constexpr int64_t kEvery = 10;
  if (++learnt_ % kEvery != 0 || second_.size() < kLeast) return;
  std::vector<double> sorted(second_.begin(), second_.end());
  std::ranges::sort(sorted);
  const auto quantile = [&](double p) {
    return sorted[static_cast<size_t>(p * static_cast<double>(sorted.size()))];
  };
  // Where exp(-t) (1 + t) is 0.25 and 0.5.
  constexpr double kLow = 0.25, kLowT = 2.69263, kMiddle = 0.5, kMiddleT = 1.67835;
  const double low = -std::log(kLowT), middle = -std::log(kMiddleT);
  scale_ = std::max((quantile(kMiddle) - quantile(kLow)) / (middle - low), 1e-6);
  location_ = quantile(kMiddle) - scale_ * middle;
}

double RunningChance::confidence(double score) const {
  return scale_ > 0 ? std::exp(-std::exp(-(score - location_) / scale_)) : 0;
}

std::optional<double> RunningChance::middle() const {
  if (!(scale_ > 0)) return std::nullopt;
  return location_ - scale_ * std::log(std::log(2.0));
}

std::optional<double> chance_bound(std::span<const float> similarities) {
  constexpr size_t kSample = 2048, kLeast = 50;
  if (similarities.size() < kLeast) return std::nullopt;
  const size_t step = std::max<size_t>(1, similarities.size() / kSample);
  std::vector<float> sample;
  for (size_t i = 0; i < similarities.size(); i += step) sample.push_back(similarities[i]);
  const ChanceFit fit = fit_chance(std::move(sample), static_cast<double>(similarities.size()));
  return fit.ok ? std::optional(fit.location) : std::nullopt;
}

}  // namespace loci
