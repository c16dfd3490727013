// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/vector.h"

#include "kernels.h"

#include <algorithm>
#include <cmath>

namespace loci {

float dot(const float* a, const float* b, size_t n) {
  return internal::math_kernels().dot(a, b, n);
}
double dot_exact(const float* a, const float* b, size_t n) {
  return internal::math_kernels().dot_exact(a, b, n);
}
float squared_distance(const float* a, const float* b, size_t n) {
  return internal::math_kernels().squared_distance(a, b, n);
}

double l2_normalize(std::span<float> x, double eps) {
  const double norm = std::sqrt(dot_exact(x.data(), x.data(), x.size()));
  const double scale = norm > 0 ? 1 / std::max(norm, eps) : 0;
  for (float& value : x) value = static_cast<float>(value * scale);
  return norm;
}

}  // namespace loci
