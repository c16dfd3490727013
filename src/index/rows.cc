// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "rows.h"

#include "loci/base/parallel.h"
#include "loci/base/text.h"
#include "loci/math/vector.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {

Result<Rows> Rows::create(const RowBlocks& blocks, int64_t dim, int num_threads) {
  if (dim < 1 || dim > 65472) {
    return invalid_argument(format("an index of rows of %lld values: 1 to 65472 are possible",
                                   static_cast<long long>(dim)));
  }
  Rows rows;
  rows.dim_ = dim;
  for (const ConstMatrixView& block : blocks) {
    if (block.rows() == 0) continue;
    if (block.cols() != dim) {
      return invalid_argument(format(
          "an index of rows of %lld values was given rows of %lld; all rows must have one width",
          static_cast<long long>(dim),
          static_cast<long long>(block.cols())));
    }
    rows.starts_.push_back(rows.size_);
    rows.blocks_.push_back(block);
    rows.size_ += block.rows();
  }
  if (rows.size_ > 0x7fffffff) return unsupported("an index of more than 2^31 - 1 rows");

  constexpr int64_t kGrain = 512;
  std::vector<double> largest(static_cast<size_t>((rows.size_ + kGrain - 1) / kGrain));
  std::vector<std::vector<int64_t>> zeros(largest.size());
  parallel_for(rows.size_, kGrain, num_threads, [&](int64_t begin, int64_t end) {
    double most = 0;
    for (int64_t i = begin; i < end && std::isfinite(most); ++i) {
      const float* row = rows.row(i);
      const double square = dot_exact(row, row, static_cast<size_t>(dim));
      most = std::isfinite(square) ? std::max(most, square) : INFINITY;
      if (square == 0) zeros[static_cast<size_t>(begin / kGrain)].push_back(i);
    }
    largest[static_cast<size_t>(begin / kGrain)] = most;
  });
  const double most = largest.empty() ? 0 : std::ranges::max(largest);
  if (!std::isfinite(most)) {
    int64_t id = 0;
    while (std::isfinite(dot_exact(rows.row(id), rows.row(id), static_cast<size_t>(dim)))) ++id;
    return invalid_argument(format(
        "row %lld holds a value that is not finite; describe that image again or leave it out",
        static_cast<long long>(id)));
  }
  rows.largest_norm_ = std::sqrt(most);
  for (const std::vector<int64_t>& some : zeros)
    rows.zero_rows_.insert(rows.zero_rows_.end(), some.begin(), some.end());
  return rows;
}

const float* Rows::row(int64_t id) const {
  const auto after = std::ranges::upper_bound(starts_, id);
  const auto block = static_cast<size_t>(after - starts_.begin()) - 1;
  return blocks_[block].row_data(id - starts_[block]);
}

}  // namespace loci::internal
