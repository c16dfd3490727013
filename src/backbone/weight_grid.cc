// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "weight_grid.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

constexpr float kTolerance = 0.01f;  // of a step: far below chance, above float32 rounding

bool on_grid(std::span<const float> weights, float levels_per_unit) {
  return std::all_of(weights.begin(), weights.end(), [&](float w) {
    const float level = w * levels_per_unit;
    return std::abs(level - std::nearbyint(level)) <= kTolerance;
  });
}

}  // namespace

float grid_step(std::span<const float> weights, int largest) {
  float peak = 0;
  for (const float w : weights) peak = std::max(peak, std::abs(w));
  if (!(peak > 0)) return 1;
  for (int k = 1; k < largest; ++k) {
    if (on_grid(weights, static_cast<float>(k) / peak)) return peak / static_cast<float>(k);
  }
  return peak / static_cast<float>(largest);
}

}  // namespace loci::internal
