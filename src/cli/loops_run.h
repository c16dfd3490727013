// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loops_truth.h"

#include "loci/eval/loop_truth.h"
#include "loci/place/loop_detector.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loci::cli {

/// All that a run of `loci loops` found.
struct LoopsRun {
  std::vector<SeenFrame> frames;
  std::vector<LoopFrame> reports;  ///< one a frame
  std::vector<Loop> loops;
  std::vector<std::string> layouts;  ///< "EuRoC": the data sets whose folders were recognised
  std::vector<std::string> failed;   ///< frames that could not be read
  std::vector<double> decode_ms;
  size_t memory_bytes = 0;
  std::string model;
  int64_t dim = 0;
  std::optional<LoopScores> scores;
  bool want_pictures = false;
  std::vector<std::vector<uint8_t>> pictures;   ///< small JPEGs, one a frame, where wanted
  std::vector<std::optional<TimedPose>> poses;  ///< to draw; empty where none were given
  int64_t first_frame = 0;                      ///< number of frames[0]
  std::map<int64_t, std::string> earlier;  ///< names of frames of a loaded map that were matched

  /// Of any frame that a loop names.
  std::string name_of(int64_t frame) const;
};

/// One loop as one line of JSON.
std::string loop_json(const LoopsRun& run, const Loop& loop);
/// The summary: counts, times at the median and the 99th percentile, memory, and what truth says.
std::string loops_json(const LoopsRun& run);
std::string loops_text(const LoopsRun& run);
/// What loops_text() says at its beginning and its end.
std::string summary_text(const LoopsRun& run);
std::vector<std::string> truth_lines(const LoopsRun& run);
struct LoopTiming {
  std::string part;
  double median_ms = 0, p99_ms = 0;
};
std::vector<LoopTiming> loop_timings(const LoopsRun& run);
/// Judges the run by the poses of a file.
Status judge_run(const PoseFile& truth, const LoopTruthOptions& options, LoopsRun* run);

}  // namespace loci::cli
