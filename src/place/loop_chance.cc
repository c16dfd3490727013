// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_chance.h"

#include "chance.h"
#include "loop_memory.h"

#include "loci/base/check.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci {
namespace {

struct Positions {
  int64_t begin = 0, end = 0;
};

/// Of the frames near the one at `position`.
Positions positions_near(const LoopMemory& memory, int64_t position, const LoopNearness& near) {
  const LoopMemoryFrame& centre = memory.frame(position);
  const auto is_near = [&](int64_t p) {
    const LoopMemoryFrame& other = memory.frame(p);
    if (other.session != centre.session) return false;
    return std::abs(other.number - centre.number) <= near.frames ||
           std::abs(other.stamp_s - centre.stamp_s) <= near.seconds;
  };
  Positions out{position, position + 1};
  while (out.begin > 0 && is_near(out.begin - 1)) --out.begin;
  while (out.end < memory.size() && is_near(out.end)) ++out.end;
  return out;
}

}  // namespace

RunningChance::RunningChance(std::optional<Prior> prior) : prior_(prior) {
  if (!prior_) return;
  location_ = prior_->location;
  spread_ = prior_->spread;
}

void RunningChance::learn(double elsewhere) {
  values_.push_back(elsewhere);
  if (values_.size() > kMemory) values_.pop_front();
  constexpr int64_t kEvery = 10;
  if (++learnt_ % kEvery != 0 || (values_.size() < kLeast && !prior_)) return;
  std::vector<double> sorted(values_.begin(), values_.end());
  std::ranges::sort(sorted);
  const auto quantile = [&](double p) {
    return sorted[static_cast<size_t>(p * static_cast<double>(sorted.size()))];
  };
  constexpr double kOneSigmaBelow = 0.158655;
  location_ = quantile(0.5);
  spread_ = std::max(location_ - quantile(kOneSigmaBelow), 1e-6);
  if (!prior_) return;
  const double own = static_cast<double>(values_.size()), all = own + kPriorWeight;
  location_ = (own * location_ + kPriorWeight * prior_->location) / all;
  spread_ = (own * spread_ + kPriorWeight * prior_->spread) / all;
}

double RunningChance::confidence(double score) const {
  if (!(spread_ > 0)) return 0;
  return std::erfc((location_ - score) / spread_ / std::numbers::sqrt2) / 2;
}

std::optional<double> RunningChance::at(double confidence) const {
  LOCI_REQUIRE(confidence > 0 && confidence < 1, "a part, and neither none nor all");
  if (!(spread_ > 0)) return std::nullopt;
  double low = -9, high = 9;  // spreads from the median
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::numbers::sqrt2) / 2 < confidence ? low : high) = middle;
  }
  return location_ + low * spread_;
}

std::optional<double> RunningChance::usual() const {
  return spread_ > 0 ? std::optional(location_ + spread_) : std::nullopt;
}

std::optional<double> best_elsewhere(std::span<const float> scores,
                                     const LoopMemory& memory,
                                     const LoopNearness& near) {
  constexpr int64_t kLeast = 60;
  if (std::ssize(scores) < kLeast) return std::nullopt;
  // +1 where a stretch begins that does not count and -1 behind its end.
  std::vector<int> blocked(static_cast<size_t>(memory.size()) + 1);
  const auto block = [&](const Positions& stretch) {
    ++blocked[static_cast<size_t>(stretch.begin)];
    --blocked[static_cast<size_t>(stretch.end)];
  };
  const Positions place =
      positions_near(memory, std::ranges::max_element(scores) - scores.begin(), near);
  block(place);
  const int64_t first = memory.frame(place.begin).number, last = memory.frame(place.end - 1).number;
  for (int64_t p = 0; p < memory.size(); ++p) {
    const int64_t twin = memory.frame(p).twin;
    if (twin < 0) continue;
    if (p >= place.begin && p < place.end) {
      const int64_t there = memory.position_of(twin);
      if (there >= 0) block(positions_near(memory, there, near));
    }
    if (twin >= first && twin <= last) block(positions_near(memory, p, near));
  }
  std::optional<float> best;
  int64_t depth = 0, counted = 0;
  for (size_t j = 0; j < scores.size(); ++j) {
    depth += blocked[j];
    if (depth > 0) continue;
    best = std::max(best, std::optional(scores[j]));
    ++counted;
  }
  return counted >= kLeast ? best : std::nullopt;
}

bool may_show_one_place(const LoopMemory& memory,
                        int64_t position,
                        int64_t other,
                        const LoopNearness& near) {
  const Positions here = positions_near(memory, position, near),
                  there = positions_near(memory, other, near);
  if (other >= here.begin && other < here.end) return true;
  const auto twin_within = [&](const Positions& from, const Positions& to) {
    for (int64_t p = from.begin; p < from.end; ++p) {
      const int64_t twin = memory.frame(p).twin;
      if (twin >= 0 && twin >= memory.frame(to.begin).number &&
          twin <= memory.frame(to.end - 1).number)
        return true;
    }
    return false;
  };
  return twin_within(here, there) || twin_within(there, here);
}

std::optional<double> chance_bound(std::span<const float> similarities, double part) {
  constexpr size_t kSample = 2048, kLeast = 50;
  if (similarities.size() < kLeast) return std::nullopt;
  const size_t step = std::max<size_t>(1, similarities.size() / kSample);
  std::vector<float> sample;
  for (size_t i = 0; i < similarities.size(); i += step) sample.push_back(similarities[i]);
  const ChanceFit fit = fit_chance(std::move(sample), static_cast<double>(similarities.size()));
  if (!fit.ok) return std::nullopt;
  return fit.location - fit.scale * std::log(-std::log(part));
}

}  // namespace loci
