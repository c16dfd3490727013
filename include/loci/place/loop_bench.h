// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/place/loop_detector.h"

#include <cstdint>
#include <string>

namespace loci {

struct LoopBenchOptions {
  /// Loops: frames of the drive.
  int loop_frames = 20'000;
  /// Loops: places along the way, after which it begins again.
  int loop_places = 15'000;
  /// Loops: numbers of a descriptor.
  int loop_dim = 8192;
  /// Loops: frames that are matched together.
  int loop_sequence = 1;
  /// Loops: frames kept.
  int loop_max_frames = 20'000;
  /// Loops: seed of the drive.
  uint64_t seed = 1;
  int num_threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"loop_frames", "loops: frames of the drive"}, loop_frames);
    v({"loop_places", "loops: places along the way, after which it begins again"}, loop_places);
    v({"loop_dim", "loops: numbers of a descriptor"}, loop_dim);
    v({"loop_sequence", "loops: frames that are matched together"}, loop_sequence);
    v({"loop_max_frames", "loops: frames kept"}, loop_max_frames);
    v({"seed", "loops: seed of the drive"}, seed);
  }
};

struct LoopBenchReport {
  LoopBenchOptions options;
  int64_t kept_frames = 0, loops = 0, right = 0, answerable = 0;
  double p50_ms = 0, p99_ms = 0, max_ms = 0;  ///< of add(), over all frames
  double last_p50_ms = 0, last_p99_ms = 0;    ///< over the last tenth, when most frames are kept
  double memory_mib = 0;

  std::string to_json() const;
  std::string brief_report() const;
};

/// Times LoopDetector::add() on a drive of made-up descriptors (place k of round r: a direction of
/// its own, part of it shared with its neighbours, and noise of its own in every round). Describing
/// is not part of it.
/// Errors:  InvalidArgument; Cancelled
Result<LoopBenchReport> bench_loops(const LoopBenchOptions& options, const JobControl& job = {});

}  // namespace loci
