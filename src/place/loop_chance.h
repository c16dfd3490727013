// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace loci {

class LoopMemory;

/// How high chance reaches in this run, without any truth: what the best score of a frame with
/// other places looks like. The best score of all may be a loop, so it is the best away from it
/// that is learnt from (best_elsewhere()). Over the frames it is nearly normal: a frame that is
/// alike to many others raises all its scores together. The median and the 16 % quantile of the
/// last 200 values give location and spread; the upper half may hold loops that were not found.
class RunningChance {
 public:
  /// Where chance usually lies, worth as much as kPriorWeight values of the run.
  struct Prior {
    double location = 0, spread = 0;
  };
  explicit RunningChance(std::optional<Prior> prior = std::nullopt);
  /// One value, of every frame that had enough others to be compared with.
  void learn(double elsewhere);
  /// Part of chance scores below `score`; 0 until 30 values were learnt, unless there is a prior.
  double confidence(double score) const;
  /// The value whose confidence() is that: the median and the spread tell it.
  /// Contract: 0 < confidence < 1
  std::optional<double> at(double confidence) const;
  /// Five of six chance scores are below it; nothing as long as confidence() is 0 for all.
  std::optional<double> usual() const;
  /// The run has given enough to tell by it alone.
  bool learnt() const { return values_.size() >= kLeast; }

 private:
  static constexpr size_t kMemory = 200, kLeast = 30;
  static constexpr double kPriorWeight = 20;
  std::optional<Prior> prior_;
  std::deque<double> values_;
  int64_t learnt_ = 0;
  double location_ = 0, spread_ = 0;  ///< spread_ 0: nothing learnt
};

/// How far around a frame others show its place as well: either is enough.
struct LoopNearness {
  int64_t frames = 0;
  double seconds = 0;
};

/// The best of the scores (of the memory's first frames, in their order) that is neither near the
/// best of all nor near a twin of a frame near that, or a frame whose twin is near that: what
/// chance gives. Nothing when fewer than 60 frames remain.
/// Cost:    O(kept frames)
std::optional<double> best_elsewhere(std::span<const float> scores,
                                     const LoopMemory& memory,
                                     const LoopNearness& near);

/// Do two kept frames show one place or may they: they are near each other, or one of them is near a
/// frame whose twin is near the other.
/// Cost:    O(frames near the two)
bool may_show_one_place(const LoopMemory& memory,
                        int64_t position,
                        int64_t other,
                        const LoopNearness& near);

/// What the best of a frame's similarities with other places is below in `part` of all cases, told
/// from the middle of them: a quantile of fit_chance() of a sample; nothing for fewer than 50.
std::optional<double> chance_bound(std::span<const float> similarities, double part);

}  // namespace loci
