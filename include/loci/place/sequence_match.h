// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/options.h"
#include "loci/base/status.h"

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace loci {

struct SequenceOptions {
  /// Frames that are matched together, the newest and those before it; 1 matches single frames
  /// (SeqSLAM: Milford and Wyeth 2012).
  int sequence = 1;
  /// Sequence: slowest speed that is tried, frames there for one frame here (V_min).
  double min_velocity = 0.8;
  /// Sequence: fastest speed that is tried (V_max).
  double max_velocity = 1.2;
  /// Sequence: step between speeds (V_step).
  double velocity_step = 0.1;
  /// Sequence: a similarity is compared with those of so many neighbouring frames (R_window).
  int contrast_window = 20;
  /// Sequence: try the way back as well.
  bool sequence_reverse = false;

  template <class V>
  void describe(V&& v) {
    v({"sequence",
       "frames that are matched together, the newest and those before it; 1 matches single frames "
       "(SeqSLAM: Milford and Wyeth 2012)"},
      sequence);
    v({"min_velocity",
       "sequence: slowest speed that is tried, frames there for one frame here (V_min)"},
      min_velocity);
    v({"max_velocity", "sequence: fastest speed that is tried (V_max)"}, max_velocity);
    v({"velocity_step", "sequence: step between speeds (V_step)"}, velocity_step);
    v({"contrast_window",
       "sequence: a similarity is compared with those of so many neighbouring frames (R_window)"},
      contrast_window);
    v({"sequence_reverse", "sequence: try the way back as well"}, sequence_reverse);
  }
  /// InvalidArgument naming the option that is out of range.
  Status validate() const;
};

/// Local contrast: out[j] = (s[j] - mean) / sqrt(variance + floor^2) over the `window` entries
/// around j (fewer at the ends), floor a quarter of the standard deviation of the whole row, so
/// that a stretch of frames alike is not blown up (Milford and Wyeth 2012, eq. 2).
/// Cost:    O(n)
void enhance_contrast(std::span<const float> similarities, int window, std::span<float> out);

/// Matches sequences of frames: a frame is alike when those before it are, too, along a line of
/// constant speed through the matrix of similarities.
///
///   score(j) = max over speeds v of 1/L * sum over l = 0..L-1 of D(l, j - round(v * l))
///
/// D(l, .) is the contrast-enhanced row of the frame l before the newest; what lies outside counts
/// 0, the value of a frame that is no more alike than its neighbours.
///
/// Threads: none; one owner
/// Memory:  L rows
/// Cost:    L * speeds additions a reference
class SequenceMatcher {
 public:
  /// Contract: options are valid.
  explicit SequenceMatcher(const SequenceOptions& options);
  /// The similarities of the next frame with all references, in their order. Later rows may be
  /// longer, as references are added at the end.
  void push(std::span<const float> similarities);
  /// Reference j is no more; those behind it move up.
  void erase(int64_t reference);
  /// score(j) of the frame pushed last, for each reference of its row.
  std::vector<float> scores() const;

 private:
  SequenceOptions options_;
  std::vector<double> velocities_;
  std::deque<std::vector<float>> rows_;  ///< newest first
};

/// The same for a whole traverse at once: `similarities` is queries x references, both in the order
/// of the drive; row q of the result belongs to query q and those before it.
/// Errors: InvalidArgument for options out of range
Result<Matrix> sequence_scores(ConstMatrixView similarities, const SequenceOptions& options);

}  // namespace loci
