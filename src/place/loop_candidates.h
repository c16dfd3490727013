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
  explicit ConsistencyTrail(int64_t jump) : jump_(jump) {}
  /// Takes the candidates of the next frame, as frame numbers, and returns for each how many frames
  /// in a row had a candidate near the one of the frame before, this one included.
  std::vector<int> next(const std::vector<int64_t>& candidates);

 private:
  int64_t jump_;
  std::vector<int64_t> before_;
  std::vector<int> length_before_;
};

}  // namespace loci
