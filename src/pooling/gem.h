// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <span>

namespace loci::internal {

/// Generalised mean (Radenovic, Tolias and Chum, PAMI 2018) of each column: ((1/N) sum_i max(x_ic,
/// 1e-6)^p_c)^(1/p_c); zeros for N = 0. `p` holds one power or one a column.
void gem(ConstMatrixView x, std::span<const float> p, std::span<float> out, int num_threads);

}  // namespace loci::internal
