// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "finite.h"

#include "loci/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace loci::internal {

int64_t first_row_not_finite(ConstMatrixView rows, int num_threads) {
  constexpr int64_t kGrain = 256;
  std::vector<int64_t> found(static_cast<size_t>((rows.rows() + kGrain - 1) / kGrain), -1);
  parallel_for(rows.rows(), kGrain, num_threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float zero = 0;  // x * 0 is 0 for a finite x and NaN for the others
      for (const float x : rows.row(i)) zero += x * 0.0f;
      if (std::isnan(zero)) {
        found[static_cast<size_t>(begin / kGrain)] = i;
        return;
      }
    }
  });
  for (const int64_t row : found) {
    if (row >= 0) return row;
  }
  return -1;
}

}  // namespace loci::internal
