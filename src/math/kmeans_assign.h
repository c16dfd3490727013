// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci::internal {

/// Half squared norms of rows, |c|^2 / 2, summed in float64.
std::vector<float> half_squared_norms(ConstMatrixView rows, int num_threads);

/// Index of the nearest center of each row and, unless empty, the squared distance to it. A row
/// whose best centers are closer to each other than float32 can tell is measured again in float64,
/// so the answer is the same on every machine.
void nearest_centers(ConstMatrixView points,
                     ConstMatrixView centers,
                     int num_threads,
                     std::span<int32_t> out,
                     std::span<float> squared_distances);

}  // namespace loci::internal
