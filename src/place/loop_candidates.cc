// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_candidates.h"

#include <algorithm>
#include <cmath>

namespace loci {

std::vector<int64_t> spread_peaks(std::span<const float> scores, int k, int64_t apart) {
  std::vector<int64_t> peaks;
  // A pass for each of the few that are wanted costs less than sorting all.
  while (std::ssize(peaks) < k) {
    int64_t best = -1;
    for (int64_t j = 0; j < std::ssize(scores); ++j) {
      if (best >= 0 && !(scores[static_cast<size_t>(j)] > scores[static_cast<size_t>(best)])) {
        continue;
      }
      const bool taken = std::ranges::any_of(
          peaks, [&](int64_t p) { return std::abs(p - j) <= std::max<int64_t>(apart, 0); });
      if (!taken) best = j;
    }
    if (best < 0) break;
    peaks.push_back(best);
  }
  return peaks;
}

std::vector<int> ConsistencyTrail::next(const std::vector<int64_t>& candidates) {
  std::vector<int> length(candidates.size(), 1);
  for (size_t i = 0; i < candidates.size(); ++i) {
    for (size_t j = 0; j < before_.size(); ++j) {
      if (std::abs(candidates[i] - before_[j]) <= jump_) {
        length[i] = std::max(length[i], length_before_[j] + 1);
      }
    }
  }
  before_ = candidates;
  length_before_ = length;
  return length;
}

}  // namespace loci
