// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loop_candidates.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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

std::vector<ConsistencyTrail::Trail> ConsistencyTrail::next(const std::vector<int64_t>& candidates,
                                                            const std::vector<double>& scores) {
  std::vector<Last> now;
  std::vector<Trail> out;
  for (size_t i = 0; i < candidates.size(); ++i) {
    Last each{.candidate = candidates[i], .scores = {scores[i]}};
    const Last* longest = nullptr;
    for (const Last& last : before_) {
      const bool near = std::abs(each.candidate - last.candidate) <= jump_;
      if (near && (longest == nullptr || last.length > longest->length)) longest = &last;
    }
    if (longest != nullptr) {
      each.length = longest->length + 1;
      each.scores.insert(each.scores.end(), longest->scores.begin(), longest->scores.end());
      each.scores.resize(std::min(each.scores.size(), frames_));
    }
    const double mean = std::accumulate(each.scores.begin(), each.scores.end(), 0.0) /
                        static_cast<double>(each.scores.size());
    out.push_back({.length = each.length, .score = std::min(scores[i], mean)});
    now.push_back(std::move(each));
  }
  before_ = std::move(now);
  return out;
}

}  // namespace loci
