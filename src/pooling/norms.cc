// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "norms.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {

constexpr double kEps = 1e-12;

double part_scale(double squared_norm, NormEps eps) {
  return eps == NormEps::kRoot ? 1 / std::sqrt(squared_norm + kEps)
                               : 1 / std::max(std::sqrt(squared_norm), kEps);
}

double whole_scale(double squared_norm, NormEps eps) {
  const double norm = std::sqrt(squared_norm);
  return 1 / (eps == NormEps::kRoot ? norm + kEps : std::max(norm, kEps));
}

double squared_norm(std::span<const float> x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
  return sum;
}

void scale_by(std::span<float> x, double factor) {
  for (float& v : x) v = static_cast<float>(v * factor);
}

void normalize_whole(std::span<float> x, NormEps eps) {
  scale_by(x, whole_scale(squared_norm(x), eps));
}

}  // namespace loci::internal
