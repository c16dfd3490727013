// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/rng.h"
#include "loci/math/vector.h"

#include <cstdint>
#include <vector>

namespace loci::test {

constexpr int64_t kWalkDim = 256;

inline std::vector<float> random_unit(uint64_t seed, int64_t dim = kWalkDim) {
  Rng rng(seed, "walk");
  std::vector<float> row(static_cast<size_t>(dim));
  for (float& value : row) value = static_cast<float>(rng.normal());
  l2_normalize(row);
  return row;
}

/// What a place looks like on one visit: like itself, somewhat like the places beside it, and with
/// something of its own. Places count along a street.
inline std::vector<float> view_of(int64_t place, uint64_t visit, float noise = 0.5f) {
  std::vector<float> row(kWalkDim, 0);
  const auto mix = [&](uint64_t seed, float weight) {
    const std::vector<float> part = random_unit(seed);
    for (size_t i = 0; i < row.size(); ++i) row[i] += weight * part[i];
  };
  const auto at = static_cast<uint64_t>(place + 1000);
  mix(at, 1);
  mix(at - 1, 0.5f);
  mix(at + 1, 0.5f);
  mix(100'000 + at * 1000 + visit, noise);
  l2_normalize(row);
  return row;
}

}  // namespace loci::test
