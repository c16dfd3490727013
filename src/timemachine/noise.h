// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vec.h"

namespace loci::town {

/// Smooth value noise in [0, 1] that repeats after `period` cells in x and y.
inline float value_noise(float x, float y, int period, uint32_t seed) {
  const float fx = std::floor(x), fy = std::floor(y);
  const float tx = x - fx, ty = y - fy;
  const auto wrap = [period](float f) {
    const int i = static_cast<int>(f) % period;
    return static_cast<uint32_t>(i < 0 ? i + period : i);
  };
  const uint32_t x0 = wrap(fx), x1 = wrap(fx + 1), y0 = wrap(fy), y1 = wrap(fy + 1);
  const float sx = tx * tx * (3 - 2 * tx), sy = ty * ty * (3 - 2 * ty);
  return mix(mix(hash01(x0, y0, seed), hash01(x1, y0, seed), sx),
             mix(hash01(x0, y1, seed), hash01(x1, y1, seed), sx),
             sy);
}

/// Sum of octaves of value noise, mean 0.5; x and y in [0, 1) tile.
inline float fractal_noise(float x, float y, int cells, int octaves, uint32_t seed) {
  float sum = 0, weight = 0.5f, total = 0;
  for (int o = 0; o < octaves; ++o) {
    const auto n = static_cast<float>(cells);
    sum += weight * value_noise(x * n, y * n, cells, seed + static_cast<uint32_t>(o) * 101);
    total += weight;
    weight *= 0.55f;
    cells *= 2;
  }
  return sum / total;
}

}  // namespace loci::town
