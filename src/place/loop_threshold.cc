// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_threshold.h"

#include "loop_memory.h"

#include "loci/describe/adapt.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

// The best similarity of a frame with other places: medians of .20 to .40 in seven walks by the
// built-in model's general centers, of .23 to .34 by centers of the walks' own (docs/results.md).
constexpr RunningChance::Prior kByGeneralCenters{.location = 0.30, .spread = 0.08};
constexpr RunningChance::Prior kByOwnCenters{.location = 0.25, .spread = 0.05};

// Log odds of other places' best: medians of -4.3 to -.3 and spreads of 1.4 to 3.2 in nine walks.
constexpr RunningChance::Prior kOddsOfStrangers{.location = -0.8, .spread = 1.7};
// Frames in close succession say the same, and would fill the memory with one moment.
constexpr double kPartOfExclusion = 1.0 / 150;

/// The describer's centers are not yet, or not to be, a collection's own though its odds are for such.
bool awaits_centers(const Describer* describer) {
  return describer != nullptr && describer->model().spec.own_centers &&
         adapted_to_photos(describer->model()) == 0;
}

/// What chance gives on drives that are not known yet; nothing for models of others.
std::optional<RunningChance::Prior> usual_chance(const Describer* describer) {
  if (describer == nullptr || !describer->model().spec.own_centers) return std::nullopt;
  return awaits_centers(describer) ? kByGeneralCenters : kByOwnCenters;
}

double logit(double probability) { return std::log(probability / (1 - probability)); }

}  // namespace

LoopThreshold::LoopThreshold(const LoopOptions& options, Check check, const Describer* describer)
    : options_(options), check_(check) {
  begin_again(describer);
}

std::optional<double> LoopThreshold::learnt_likeness() const {
  // What is usual elsewhere would take a corridor, all of it alike, for a robot that stands.
  const RunningChance& chance = sequences() ? likeness_ : scores_;
  return chance.learnt() ? chance.usual() : std::nullopt;
}

std::optional<double> LoopThreshold::usual_likeness(std::span<const float> similarities) const {
  const auto usual = learnt_likeness();
  return usual ? usual : chance_bound(similarities, 0.5);
}

void LoopThreshold::begin_frame(std::span<const float> similarities) {
  if (!learnt_likeness()) rare_likeness_ = chance_bound(similarities, 0.95);
}

bool LoopThreshold::stands_out(const Loop& candidate) const {
  const auto usual = scores_.usual();
  return usual ? candidate.score >= *usual : candidate.similarity >= rare_likeness_.value_or(2);
}

/// A sequence still matches for a while after the robot turned off; its newest frame then is no
/// more alike than chance.
bool LoopThreshold::turned_off(const Loop& candidate) const {
  return sequences() && options_.min_confidence > 0 &&
         static_cast<double>(candidate.similarity) < likeness_.usual().value_or(-1);
}

bool LoopThreshold::alike(const Loop& candidate) const {
  if (static_cast<double>(candidate.similarity) < options_.min_similarity ||
      turned_off(candidate)) {
    return false;
  }
  if (check_ == Check::kNone) return candidate.confidence >= options_.min_confidence;
  if (!scores_.usual()) return true;
  // Signs that are everywhere fit as well as places do, and only the run shows how alike those are.
  const double enough = settled_ ? options_.verify_confidence : options_.min_confidence;
  return candidate.confidence >= std::min(options_.min_confidence, enough);
}

bool LoopThreshold::passes(const Loop& candidate) const {
  return alike(candidate) && (check_ != Check::kPoints || candidate.score >= 0);
}

double LoopThreshold::log_odds_of(double similarity, int inliers, int64_t photos) const {
  return log_odds(*odds_, {.similarity = similarity, .photos = photos, .inliers = inliers});
}

double LoopThreshold::margin(double chance, double log_odds) const {
  const double beyond = std::log10(options_.max_chance / chance);
  if (!odds_) return beyond - 1;
  const double strangers = strangers_.at(std::clamp(options_.verify_confidence, 1e-9, 1 - 1e-9))
                               .value_or(-std::numeric_limits<double>::infinity());
  return std::min(beyond, log_odds - std::max(strangers, logit(options_.min_probability)));
}

LoopNearness LoopThreshold::near() const {
  return {.frames = std::max(
              {2 * options_.exclude_frames, options_.consistency_jump, options_.sequence.sequence}),
          .seconds = options_.exclude_s / 6};
}

void LoopThreshold::learn_odds(std::span<const Loop> candidates,
                               std::span<const double> log_odds,
                               const LoopMemory& memory) {
  if (candidates.empty()) return;
  const double stamp_s = candidates.front().stamp_s;
  if (std::abs(stamp_s - odds_learnt_at_s_) < options_.exclude_s * kPartOfExclusion) return;
  const auto best = std::ranges::max_element(log_odds) - log_odds.begin();
  const int64_t place = memory.position_of(candidates[static_cast<size_t>(best)].match);
  std::optional<double> elsewhere;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (may_show_one_place(memory, place, memory.position_of(candidates[i].match), near()))
      continue;
    elsewhere = std::max(elsewhere, std::optional(log_odds[i]));
  }
  if (!elsewhere) return;
  odds_learnt_at_s_ = stamp_s;
  strangers_.learn(*elsewhere);
}

void LoopThreshold::begin_again(const Describer* describer) {
  odds_.reset();
  if (describer != nullptr && describer->model().spec.match_odds.learnt())
    odds_ = describer->model().spec.match_odds.geometry;
  settled_ = !awaits_centers(describer);
  scores_ = RunningChance(sequences() ? std::nullopt : usual_chance(describer));
  strangers_ = RunningChance(kOddsOfStrangers);
  likeness_ = RunningChance();
  rare_likeness_.reset();
  learnt_at_s_ = odds_learnt_at_s_ = -std::numeric_limits<double>::infinity();
}

void LoopThreshold::learn(std::span<const float> scores,
                          std::span<const float> similarities,
                          const LoopMemory& memory,
                          double stamp_s) {
  if (std::abs(stamp_s - learnt_at_s_) < options_.exclude_s * kPartOfExclusion) return;
  const auto score = best_elsewhere(scores, memory, near());
  if (!score) return;
  learnt_at_s_ = stamp_s;
  scores_.learn(*score);
  if (!sequences()) return;
  if (const auto plain = best_elsewhere(similarities, memory, near())) likeness_.learn(*plain);
}

}  // namespace loci
