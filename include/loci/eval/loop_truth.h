// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/pose.h"
#include "loci/base/status.h"
#include "loci/eval/precision_recall.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace loci {

struct LoopTruthOptions {
  /// Truth: frames at most so far apart show one place, metres.
  double radius_m = 6;
  /// Truth: and look at most so many degrees past each other, where the truth knows directions.
  double max_angle_deg = 45;

  template <class V>
  void describe(V&& v) {
    v({"radius_m", "truth: frames at most so far apart show one place, metres"}, radius_m);
    v({"max_angle_deg",
       "truth: and look at most so many degrees past each other, where the truth knows directions"},
      max_angle_deg);
  }
};

/// The best guess of a loop for one frame, if there was one.
struct LoopGuess {
  std::optional<int64_t> match;  ///< an earlier frame
  double score = 0;              ///< higher is surer
  bool given = false;            ///< at the detector's own thresholds
};

struct LoopScores {
  int64_t frames = 0;      ///< with a true pose
  int64_t answerable = 0;  ///< frames that show a place again
  int64_t given = 0;       ///< loops that were given, of frames with a true pose
  int64_t right = 0;       ///< of these
  double precision = 1, recall = 0;
  PrecisionRecall curve;  ///< over the scores of all guesses
};

/// Judges the guesses of a run by true poses (nothing: the frame counts neither way; nor does a
/// guess that names such a frame). A frame is answerable when one of the frames that were
/// candidates for it shows its place: `old_frames[i]` of them, counted from the first.
///
/// precision = right / given, recall = right / answerable, for the loops given and along the curve.
/// A guess of the right place for a frame is right also when other candidates were as right.
/// Errors: contract: equal lengths, old_frames[i] <= i
/// Cost:   frames^2 / 2 distances
LoopScores judge_loops(std::span<const std::optional<TimedPose>> poses,
                       std::span<const LoopGuess> guesses,
                       std::span<const int64_t> old_frames,
                       const LoopTruthOptions& options = {});

}  // namespace loci
