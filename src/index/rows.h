// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/index/index.h"

#include <cstdint>
#include <vector>

namespace loci::internal {

/// The float32 rows of an index, which lie in several pieces, under one numbering.
class Rows {
 public:
  /// InvalidArgument for pieces of another width and values that are not finite.
  static Result<Rows> create(const RowBlocks& blocks, int64_t dim, int num_threads);

  int64_t size() const { return size_; }
  int64_t dim() const { return dim_; }
  double largest_norm() const { return largest_norm_; }
  /// Ids of rows of zeros, rising: the descriptor of nothing, which no query may find.
  const std::vector<int64_t>& zero_rows() const { return zero_rows_; }
  const float* row(int64_t id) const;
  /// Calls body(rows, first_id) for each run of rows [begin, end) that lies in one piece.
  template <class Body>
  void for_pieces(int64_t begin, int64_t end, Body&& body) const {
    for (size_t b = 0; b < blocks_.size(); ++b) {
      const int64_t from = std::max(begin, starts_[b]),
                    to = std::min(end, starts_[b] + blocks_[b].rows());
      if (from < to) body(blocks_[b].rows_from(from - starts_[b], to - from), from);
    }
  }

 private:
  RowBlocks blocks_;
  std::vector<int64_t> starts_;
  int64_t size_ = 0, dim_ = 0;
  double largest_norm_ = 0;
  std::vector<int64_t> zero_rows_;
};

}  // namespace loci::internal
