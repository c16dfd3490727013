// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

namespace loci::internal {

/// SALAD's transport plan (Izquierdo and Civera, CVPR 2024): `scores` is n x m, feature i to
/// cluster k; the result is n x (m + 1) with the dustbin last. Three iterations of Sinkhorn's
/// algorithm on logarithms in float64, cluster mass 1 each, the dustbin n - m, feature mass 1;
/// every row of the result sums to 1. Contract: n > m.
Matrix sinkhorn_transport(ConstMatrixView scores, double dustbin);

}  // namespace loci::internal
