// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace loci {

/// Positions of the `k` largest scores, best first, any two at least `apart` + 1 positions from
/// each other (at least 1).
std::vector<int64_t> spread_peaks(std::span<const float> scores, int k, int64_t apart);

/// Which candidates continue those of the frames before.
class ConsistencyTrail {
 public:
  explicit ConsistencyTrail(int64_t jump) : jump_(jump) {}
  /// Takes the candidates of the next frame, as frame numbers, and returns for each how many frames
  /// in a row had a candidate near the one of the frame before, this one included.
  std::vector<int> next(const std::vector<int64_t>& candidates);

 private:
  int64_t jump_;
  std::vector<int64_t> before_;
  std::vector<int> length_before_;
};

/// The largest of the scores whose positions pass, if any does.
template <class Passes>
std::optional<double> best_if(std::span<const float> scores, Passes&& passes) {
  std::optional<double> best;
  for (int64_t j = 0; j < std::ssize(scores); ++j) {
    const auto score = static_cast<double>(scores[static_cast<size_t>(j)]);
    if ((!best || score > *best) && passes(j)) best = score;
  }
  return best;
}

/// How high chance reaches in this run. The best of many similarities with other places is nearly
/// Gumbel distributed. The best of a frame may be a loop, though, and then it is the second best,
/// away from it, that chance gave; so location and scale are read from the 25 % and 50 % quantiles
/// of second-best scores: P(second <= location + scale y) = exp(-t) (1 + t), t = exp(-y).
class RunningChance {
 public:
  /// Learns from the second-best score of a frame that closed no loop.
  void learn(double second);
  /// Part of chance best scores below `score`; 0 until 50 frames were learnt from.
  double confidence(double score) const;
  /// Half of the chance best scores are below it; nothing until 50 frames were learnt from.
  std::optional<double> middle() const;

 private:
  static constexpr size_t kMemory = 200, kLeast = 50;
  std::deque<double> second_;  ///< of the last kMemory frames
  int64_t learnt_ = 0;
  double location_ = 0, scale_ = 0;  ///< scale_ 0: nothing learnt
};

/// A bound below which lie nearly all similarities with other places, from the middle of all of a
/// frame's: fit_chance() of a sample of them; nothing for fewer than 50.
std::optional<double> chance_bound(std::span<const float> similarities);

}  // namespace loci
