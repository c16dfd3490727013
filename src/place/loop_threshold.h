// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop_chance.h"

#include "loci/model/match_odds.h"
#include "loci/place/loop_detector.h"

#include <limits>
#include <optional>
#include <span>

namespace loci {

/// Which candidates of a detector are loops: the thresholds of its options, and what chance gives
/// in its run, learnt frame by frame. Call for each frame usual_likeness() and begin_frame(), then
/// what asks about its candidates, with learn() once its scores are known.
class LoopThreshold {
 public:
  /// What checks the candidates.
  enum class Check { kNone, kPictures, kPoints };
  LoopThreshold(const LoopOptions& options, Check check, const Describer* describer);

  /// What similarities of a frame with other places seldom reach; until the run has taught it, as
  /// these similarities themselves tell it. Nothing where there are too few.
  std::optional<double> usual_likeness(std::span<const float> similarities) const;
  /// The similarities of the next frame with those that may be its match.
  void begin_frame(std::span<const float> similarities);
  /// Part of chance scores below this one.
  double confidence(double score) const { return scores_.confidence(score); }
  /// Better than chance usually is, by far less than a loop has to be.
  bool stands_out(const Loop& candidate) const;
  /// Alike enough to be a loop; where candidates are checked, to be one if the check agrees.
  bool alike(const Loop& candidate) const;
  bool passes(const Loop& candidate) const;
  /// Log odds of one place by similarity and inliers of an epipolar geometry, of `photos` that were
  /// searched. Contract: has_odds()
  double log_odds_of(double similarity, int inliers, int64_t photos) const;
  bool has_odds() const { return odds_.has_value(); }
  /// Loop::score by its chance and, with odds, `log_odds`, both over the consistent frames.
  double margin(double chance, double log_odds) const;
  /// What a frame's candidates other than its best, and of other places, have for log odds.
  void learn_odds(std::span<const Loop> candidates,
                  std::span<const double> log_odds,
                  const LoopMemory& memory);
  /// Forgets the run: similarities are those of this describer from now on.
  void begin_again(const Describer* describer);
  bool knows_chance() const { return scores_.usual().has_value(); }
  /// The frame's scores and similarities with the memory's first frames. From loops as from other
  /// frames: their best score away from the loop is chance as well.
  void learn(std::span<const float> scores,
             std::span<const float> similarities,
             const LoopMemory& memory,
             double stamp_s);

 private:
  LoopNearness near() const;
  bool sequences() const { return options_.sequence.sequence > 1; }
  std::optional<double> learnt_likeness() const;
  bool turned_off(const Loop& candidate) const;

  LoopOptions options_;
  Check check_;
  std::optional<LogOdds> odds_;
  bool settled_ = true;  ///< similarities are what the odds were learnt for
  RunningChance scores_;
  RunningChance strangers_;              ///< of log odds
  RunningChance likeness_;               ///< of similarities, where scores are those of sequences
  std::optional<double> rare_likeness_;  ///< of the frame that began, until chance is known
  double learnt_at_s_ = -std::numeric_limits<double>::infinity();
  double odds_learnt_at_s_ = -std::numeric_limits<double>::infinity();
};

}  // namespace loci
