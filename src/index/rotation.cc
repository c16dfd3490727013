// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "rotation.h"

#include "kernels.h"

#include "loci/base/rng.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace loci::internal {

Rotation::Rotation(int64_t dim) : dim_(dim), width_((dim + 63) / 64 * 64), block_(64) {
  // Larger blocks mix better and may cost an eighth more of width.
  for (int64_t block = 128; block <= (1 << 16); block *= 2) {
    const int64_t width = (dim + block - 1) / block * block;
    if (width > std::max(dim + dim / 8, (dim + 63) / 64 * 64)) continue;
    block_ = block;
    width_ = width;
  }
  Rng rng(1, "index rotation");
  rounds_.resize(block_ >= 1024 ? 3 : block_ >= 256 ? 4 : 6);
  const float scale = 1 / std::sqrt(static_cast<float>(block_) / 16);
  for (Round& round : rounds_) {
    round.from.resize(static_cast<size_t>(width_));
    std::iota(round.from.begin(), round.from.end(), 0);
    rng.shuffle(round.from);
    round.signs.resize(static_cast<size_t>(width_));
    for (float& sign : round.signs) sign = rng.chance(0.5) ? scale : -scale;
  }
}

void Rotation::apply(const float* in, float* out, float* scratch) const {
  std::copy_n(in, dim_, scratch);
  std::fill(scratch + dim_, scratch + width_, 0.0f);
  for (const Round& round : rounds_) {
    for (size_t i = 0; i < static_cast<size_t>(width_); ++i)
      out[i] = round.signs[i] * scratch[round.from[i]];
    scan_kernels().butterflies(out, width_, block_);
    if (&round != &rounds_.back()) std::copy_n(out, width_, scratch);
  }
}

}  // namespace loci::internal
