// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_threshold.h"

#include <algorithm>

namespace loci {

std::optional<double> LoopThreshold::learnt_likeness() const {
  return sequences() ? likeness_.usual() : scores_.usual();
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

bool LoopThreshold::passes(const Loop& candidate) const {
  if (static_cast<double>(candidate.similarity) < options_.min_similarity ||
      turned_off(candidate)) {
    return false;
  }
  if (!options_.verify) return candidate.confidence >= options_.min_confidence;
  return !scores_.usual() ||
         candidate.confidence >= std::min(options_.min_confidence, options_.verify_confidence);
}

void LoopThreshold::learn(std::span<const float> scores,
                          std::span<const float> similarities,
                          const LoopMemory& memory,
                          double stamp_s) {
  // Frames in close succession say the same, and would fill the memory with one moment.
  constexpr double kPartOfExclusion = 1.0 / 150;
  if (stamp_s - learnt_at_s_ < options_.exclude_s * kPartOfExclusion) return;
  const LoopNearness near{
      .frames = std::max(
          {2 * options_.exclude_frames, options_.consistency_jump, options_.sequence.sequence}),
      .seconds = options_.exclude_s / 6};
  const auto score = best_elsewhere(scores, memory, near);
  if (!score) return;
  learnt_at_s_ = stamp_s;
  scores_.learn(*score);
  if (!sequences()) return;
  if (const auto plain = best_elsewhere(similarities, memory, near)) likeness_.learn(*plain);
}

}  // namespace loci
