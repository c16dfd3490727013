// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop_chance.h"

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
  explicit LoopThreshold(const LoopOptions& options) : options_(options) {}

  /// What similarities of a frame with other places seldom reach; until the run has taught it, as
  /// these similarities themselves tell it. Nothing where there are too few.
  std::optional<double> usual_likeness(std::span<const float> similarities) const;
  /// The similarities of the next frame with those that may be its match.
  void begin_frame(std::span<const float> similarities);
  /// Part of chance scores below this one.
  double confidence(double score) const { return scores_.confidence(score); }
  /// Better than chance usually is, by far less than a loop has to be.
  bool stands_out(const Loop& candidate) const;
  bool passes(const Loop& candidate) const;
  /// The frame's scores and similarities with the memory's first frames. From loops as from other
  /// frames: their best score away from the loop is chance as well.
  void learn(std::span<const float> scores,
             std::span<const float> similarities,
             const LoopMemory& memory,
             double stamp_s);

 private:
  bool sequences() const { return options_.sequence.sequence > 1; }
  std::optional<double> learnt_likeness() const;
  bool turned_off(const Loop& candidate) const;

  const LoopOptions options_;
  RunningChance scores_;
  RunningChance likeness_;               ///< of similarities, where scores are those of sequences
  std::optional<double> rare_likeness_;  ///< of the frame that began, until chance is known
  double learnt_at_s_ = -std::numeric_limits<double>::infinity();
};

}  // namespace loci
