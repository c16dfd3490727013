// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loops_truth.h"

#include "loci/eval/loop_truth.h"
#include "loci/place/loop_detector.h"

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
};

/// One loop as one line of JSON.
std::string loop_json(const LoopsRun& run, const Loop& loop);
/// The summary: counts, times at the median and the 99th percentile, memory, and what truth says.
std::string loops_json(const LoopsRun& run);
std::string loops_text(const LoopsRun& run);
/// A self-contained page: curve and list of loops.
std::string loops_page(const LoopsRun& run);
/// Judges the run by the poses of a file.
Status judge_run(const PoseFile& truth, const LoopTruthOptions& options, LoopsRun* run);

}  // namespace loci::cli
