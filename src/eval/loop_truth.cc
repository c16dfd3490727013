// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/eval/loop_truth.h"

#include "loci/base/check.h"

#include <limits>

namespace loci {

LoopScores judge_loops(std::span<const std::optional<TimedPose>> poses,
                       std::span<const LoopGuess> guesses,
                       std::span<const int64_t> old_frames,
                       const LoopTruthOptions& options) {
  LOCI_REQUIRE(poses.size() == guesses.size() && poses.size() == old_frames.size(),
               "a pose, a guess and a number of candidates for each frame");
  const auto same_place = [&](size_t i, size_t j) {
    const TimedPose &a = *poses[i], &b = *poses[j];
    return distance_m(a.pose, b.pose) <= options.radius_m &&
           (!a.turned || !b.turned || view_angle_deg(a.pose, b.pose) <= options.max_angle_deg);
  };
  LoopScores out;
  std::vector<double> scores;
  std::vector<uint8_t> rights;
  for (size_t i = 0; i < poses.size(); ++i) {
    if (!poses[i]) continue;
    LOCI_REQUIRE(old_frames[i] >= 0 && old_frames[i] <= static_cast<int64_t>(i),
                 "candidates come before their frame");
    ++out.frames;
    bool answerable = false;
    for (size_t j = 0; j < static_cast<size_t>(old_frames[i]) && !answerable; ++j) {
      answerable = poses[j] && same_place(i, j);
    }
    const LoopGuess& guess = guesses[i];
    const auto match = static_cast<size_t>(guess.match.value_or(0));
    const bool counts = guess.match && poses[match];
    const bool right = counts && same_place(i, match);
    out.answerable += answerable || right;
    scores.push_back(counts ? guess.score : std::numeric_limits<double>::quiet_NaN());
    rights.push_back(right ? 1 : 0);
    if (counts && guess.given) {
      ++out.given;
      out.right += right;
    }
  }
  if (out.given > 0)
    out.precision = static_cast<double>(out.right) / static_cast<double>(out.given);
  if (out.answerable > 0) {
    out.recall = static_cast<double>(out.right) / static_cast<double>(out.answerable);
  }
  out.curve = precision_recall(scores, rights, out.answerable);
  return out;
}

}  // namespace loci
