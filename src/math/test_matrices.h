// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels.h"

#include "loci/base/matrix.h"
#include "loci/base/rng.h"

#include <string_view>
#include <vector>

namespace loci {

/// Standard normal numbers from a stream named by the test.
inline Matrix normal_matrix(int64_t rows, int64_t cols, std::string_view stream) {
  Rng rng(1, stream);
  Matrix m(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (float& x : m.row(i)) x = static_cast<float>(rng.normal());
  }
  return m;
}

/// The levels that this processor can run.
inline std::vector<SimdLevel> runnable_levels() {
  std::vector<SimdLevel> levels;
  for (const SimdLevel level :
       {SimdLevel::kPlain, SimdLevel::kAvx2, SimdLevel::kAvx512, SimdLevel::kAvx512Vnni}) {
    if (level <= simd_level()) levels.push_back(level);
  }
  return levels;
}

}  // namespace loci
