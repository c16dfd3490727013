// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chance.h"

#include <cstdint>
#include <deque>
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

/// How high chance reaches in this run: fit_chance() of each frame, and the model of how its frames
/// depart from that, learnt again and again from the frames seen so far.
class RunningChance {
 public:
  /// The chance scores of a frame with these scores; not ok for fewer than 50.
  ChanceFit fit(std::span<const float> scores) const;
  /// (score - middle) / spread, in the units of the Gumbel distribution that `confidence` is of.
  double excess(const ChanceFit& fit, double score) const;
  double confidence(const ChanceFit& fit, double score) const;
  /// Learns from the best score of a frame.
  void learn(const ChanceFit& fit, double best);

 private:
  static constexpr size_t kMemory = 2000;
  ChanceModel model_;
  std::deque<double> excesses_;
  int64_t learnt_ = 0;
};

}  // namespace loci
