// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace loci {

/// Positions of the `k` largest scores, best first, any two at least `apart` + 1 positions from
/// each other (at least 1).
std::vector<int64_t> spread_peaks(std::span<const float> scores, int k, int64_t apart);

/// Which candidates continue those of the frames before.
class ConsistencyTrail {
 public:
  struct Trail {
    int length = 1;  ///< frames in a row with a candidate near the one of the frame before
    /// The lesser of the candidate's own and the mean over `frames` of the trail.
    double score = 0;
  };
  ConsistencyTrail(int64_t jump, int frames) : jump_(jump), frames_(static_cast<size_t>(frames)) {}
  /// Takes the candidates of the next frame, as frame numbers with their scores.
  std::vector<Trail> next(const std::vector<int64_t>& candidates,
                          const std::vector<double>& scores);

 private:
  struct Last {
    int64_t candidate = 0;
    int length = 1;
    std::vector<double> scores;  ///< newest first, at most frames_
  };
  int64_t jump_;
  size_t frames_;
  std::vector<Last> before_;
};

}  // namespace loci
