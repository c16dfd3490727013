// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace loci {

/// Rows that come and go one at a time, for collections that change with every query (an Index is
/// made once, over rows that stay). A row is held in float16: its products with a unit query differ
/// from those of float32 by less than 5e-4.
///
/// Threads: scores() and the other const members from any number at once, but not beside set()
/// Memory:  2 * dim bytes a slot (dim rounded up to a multiple of 64), taken in blocks of 256 slots
/// and never given back before the end
class RowStore {
 public:
  /// Contract: dim >= 1.
  explicit RowStore(int64_t dim);

  int64_t dim() const { return dim_; }
  int64_t slots() const { return static_cast<int64_t>(blocks_.size()) * kBlockRows; }
  size_t memory_bytes() const;
  /// Writes a row into a slot, new or used before. Contract: slot >= 0, row.size() == dim().
  void set(int64_t slot, std::span<const float> row);
  /// out[i] = dot product of `query` and the row in slots[i].
  /// Cost: reads 2 * dim bytes a slot; bound by the memory
  void scores(std::span<const float> query,
              std::span<const int64_t> slots,
              std::span<float> out,
              int num_threads = 0) const;
  /// The row in a slot as float32.
  void read(int64_t slot, std::span<float> out) const;

 private:
  static constexpr int64_t kBlockRows = 256;
  const uint16_t* row(int64_t slot) const;

  int64_t dim_, width_;  ///< width_: padded with zeros
  std::vector<AlignedBuffer<uint16_t>> blocks_;
};

}  // namespace loci
