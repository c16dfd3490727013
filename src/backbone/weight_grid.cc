// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "weight_grid.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>
#include <vector>

namespace loci::internal {
namespace {

constexpr float kTolerance = 0.01f;  // of a step: far below chance, above float32 rounding

bool on_grid(std::span<const float> weights, float levels_per_unit) {
  return std::all_of(weights.begin(), weights.end(), [&](float w) {
    const float level = w * levels_per_unit;
    return std::abs(level - std::nearbyint(level)) <= kTolerance;
  });
}

/// The bf16 number next to one that is not zero, upwards or downwards.
float neighbour(float bf16, bool up) {
  const uint32_t bits = std::bit_cast<uint32_t>(bf16);
  return std::bit_cast<float>((bf16 > 0) == up ? bits + 0x10000u : bits - 0x10000u);
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

void round_kernel(std::span<const float> weights, float step, int largest, int8_t* out) {
  std::vector<std::pair<float, size_t>> errors;  // w / step - q
  double missing = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const float exact = weights[i] / step, nearest = std::nearbyint(exact);
    out[i] = static_cast<int8_t>(nearest);
    errors.emplace_back(exact - nearest, i);
    missing += static_cast<double>(exact - nearest);
  }
  auto moves = static_cast<int>(std::lrint(missing));
  if (weights.size() < 2 || moves == 0) return;
  const int direction = moves > 0 ? 1 : -1;
  std::ranges::sort(errors, [&](const auto& a, const auto& b) {
    return a.first * static_cast<float>(direction) > b.first * static_cast<float>(direction);
  });
  for (const auto& [error, i] : errors) {
    if (moves == 0) break;
    if (std::abs(out[i] + direction) > largest) continue;
    out[i] = static_cast<int8_t>(out[i] + direction);
    moves -= direction;
  }
}

void round_kernel_bf16(std::span<const float> weights, float* out) {
  double missing = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(weights[i]);
    out[i] = std::bit_cast<float>((bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u);
    missing += double{weights[i]} - double{out[i]};
  }
  if (weights.size() < 2) return;
  for (size_t moves = 0; moves < weights.size(); ++moves) {
    const bool up = missing > 0;
    size_t best = weights.size();
    double least = std::abs(missing);
    for (size_t i = 0; i < weights.size(); ++i) {
      // Only to the far side of the weight, so that no weight moves twice.
      if (out[i] == 0 || weights[i] == out[i] || (weights[i] > out[i]) != up) continue;
      const double left = missing - (double{neighbour(out[i], up)} - double{out[i]});
      if (std::abs(left) >= least) continue;
      least = std::abs(left);
      best = i;
    }
    if (best == weights.size()) return;
    const float moved = neighbour(out[best], up);
    missing -= double{moved} - double{out[best]};
    out[best] = moved;
  }
}

}  // namespace loci::internal
