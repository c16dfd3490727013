// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop_memory.h"

#include "loci/describe/own_centers.h"

#include <cstdint>
#include <future>
#include <memory>
#include <vector>

namespace loci {

/// Centers of a drive's own: learnt from its first frames while the next ones come, and then the
/// kept frames are described anew. Which frame that is does not depend on the time it takes.
class LoopCenters {
 public:
  /// Frames that the centers are learnt from, and frames later when they are taken. Thirty frames in
  /// a row show too little of a drive: their centers find less than the model's (docs/results.md).
  static constexpr int64_t kFrames = 100, kLater = 20;

  /// Nothing for describers that OwnCenters is nothing for.
  static std::unique_ptr<LoopCenters> create(std::shared_ptr<const Describer> describer);

  /// Describer::describe(), keeping what is needed later.
  Status describe(const Describer& describer,
                  ImageView image,
                  std::span<float> out,
                  int num_threads,
                  DescribedFeatures* features);
  /// The image described last is this frame. Begins to learn when there are enough.
  void remembered(int64_t number);
  /// All frames were seen that are described by the model's centers.
  bool ready() const { return std::ssize(numbers_) >= kFrames + kLater; }
  /// Waits for the centers and describes the kept frames anew; nothing where none could be learnt.
  /// Contract: ready(), and called once
  std::shared_ptr<const Describer> take(LoopMemory& memory, int num_threads);
  size_t memory_bytes() const { return first_->memory_bytes() + later_->memory_bytes(); }

 private:
  struct Learnt {
    std::shared_ptr<const Describer> describer;
    std::vector<std::vector<float>> rows;  ///< of the first kFrames images
  };
  LoopCenters(std::unique_ptr<OwnCenters> first, std::unique_ptr<OwnCenters> later)
      : first_(std::move(first)), later_(std::move(later)) {}
  Learnt learn() const;

  std::unique_ptr<OwnCenters> first_, later_;  ///< later_: of frames that come while learning
  std::vector<int64_t> numbers_;  ///< of the images described, -1 for those that are no frame
  std::future<Learnt> learning_;
};

}  // namespace loci
