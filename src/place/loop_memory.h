// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/index/row_store.h"
#include "loci/local/kept_features.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// A frame that a LoopDetector remembers.
struct LoopMemoryFrame {
  int64_t number = 0;  ///< among all frames ever added
  double stamp_s = 0;
  int64_t session = 0;        ///< run that it came in: stamps of two runs are no times between
  std::string name;           ///< of a run before this one, as it was saved
  std::vector<uint8_t> jpeg;  ///< empty unless pictures are kept
  KeptFeatures points;        ///< empty unless local features are kept
  int64_t twin = -1;          ///< the frame that shows its place, as it seems
  float like_twin = -1;
  float like_previous = -1;  ///< similarity with the kept frame before it
};

/// The frames of a LoopDetector, in the order of their coming, never more than `max_frames`.
class LoopMemory {
 public:
  LoopMemory(int64_t dim, int64_t max_frames);

  int64_t dim() const { return rows_.dim(); }
  int64_t size() const { return static_cast<int64_t>(frames_.size()); }
  const LoopMemoryFrame& frame(int64_t position) const {
    return frames_[static_cast<size_t>(position)];
  }
  size_t memory_bytes() const;
  /// Similarities with all frames, in their order.
  std::vector<float> similarities(std::span<const float> descriptor, int num_threads) const;
  /// Adds the newest frame. `like_previous` is computed here. Contract: not full
  void add(LoopMemoryFrame frame, std::span<const float> descriptor);
  /// The descriptor of a kept frame, as it was added but for rounding to 16 bits.
  void read(int64_t position, std::span<float> out) const {
    rows_.read(slots_[static_cast<size_t>(position)], out);
  }
  /// Another descriptor for a frame; compare_again() after the last.
  void replace(int64_t position, std::span<const float> descriptor);
  /// Computes what frames know of their likeness anew.
  void compare_again();
  /// Similarities of a kept frame with the first `count`.
  std::vector<float> similarities_of(int64_t position, int64_t count) const;
  bool full() const { return size() >= max_frames_; }
  /// Position of a frame by its number, or -1 when it is forgotten.
  int64_t position_of(int64_t number) const;
  /// Forgets the most redundant of the first `candidates` frames (the oldest when there are none of
  /// them) and returns its position.
  int64_t forget_one(int64_t candidates);

 private:
  float similarity(int64_t a, int64_t b) const;

  int64_t max_frames_;
  RowStore rows_;
  std::vector<LoopMemoryFrame> frames_;
  std::vector<int64_t> slots_;  ///< of frames_, in the same order
  std::vector<int64_t> free_slots_;
  size_t kept_bytes_ = 0;  ///< of pictures and local features
};

}  // namespace loci
