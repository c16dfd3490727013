// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop_candidates.h"
#include "loop_map.h"
#include "loop_memory.h"
#include "loop_threshold.h"

#include "loci/base/status.h"
#include "loci/place/loop_detector.h"
#include "loci/place/sequence_match.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// The kept frames of a LoopDetector, and which of them a new frame is most similar to.
class LoopSearch {
 public:
  LoopSearch(int64_t dim, const LoopOptions& options, const LoopThreshold& threshold);

  const LoopMemory& memory() const { return memory_; }
  LoopMemory& memory() { return memory_; }
  const LoopThreshold& threshold() const { return threshold_; }
  LoopThreshold& threshold() { return threshold_; }
  /// Number of the frame that comes next, and of the first of this run.
  int64_t next_number() const { return next_number_; }
  int64_t first_number() const { return first_number_; }

  /// Errors: InvalidArgument for a stamp that goes back or a value that is not finite
  Status valid(std::span<const float> descriptor, double stamp_s) const;
  /// Frames [0, result) are old enough for a frame of this run with this number and time.
  int64_t old_frames(int64_t number, double stamp_s) const;
  /// The best candidates, before they are checked. `empty`: a descriptor of zeros, which is not
  /// learnt from.
  std::vector<Loop> candidates(std::span<const float> descriptor, double stamp_s, bool empty);
  /// Frames that the last candidates() chose from.
  int64_t searched() const { return searched_; }
  void remember(LoopMemoryFrame kept, std::span<const float> descriptor, double stamp_s);
  /// Descriptors are others from now on; what similarities are usual is learnt anew from the kept
  /// frames.
  void begin_again(const Describer* describer);
  /// The kept frames, with the names of this run's in their order.
  void write(LoopMap& map, std::span<const std::string> names) const;
  /// The frames of an earlier run, before any of this one, by the centers of `describer`.
  /// Errors: Corrupt for a descriptor that is not finite
  Status read(LoopMap map, const Describer* describer, const std::string& where);

 private:
  int64_t before_standstill(std::span<const float> similarities, int64_t old, double bound) const;

  const LoopOptions options_;
  LoopMemory memory_;
  SequenceMatcher matcher_;
  ConsistencyTrail trail_;
  LoopThreshold threshold_;
  int64_t next_number_ = 0, first_number_ = 0, session_ = 0, searched_ = 0;
  double last_stamp_s_ = 0;
};

}  // namespace loci
