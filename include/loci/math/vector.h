// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace loci {

/// Sums in float32 over several lanes; vectors of the processor's width, chosen at run time.
float dot(const float* a, const float* b, size_t n);
double dot_exact(const float* a, const float* b, size_t n);  ///< products and sums in float64
float squared_distance(const float* a, const float* b, size_t n);
/// Scales to unit L2 norm: x / max(|x|, eps), or all zeros for a zero vector. Returns the norm it had (float64 sum).
double l2_normalize(std::span<float> x, double eps = 1e-12);

}  // namespace loci
