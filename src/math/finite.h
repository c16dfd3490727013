// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <cstdint>

namespace loci::internal {

/// The first row that holds a NaN or an infinity, or -1.
int64_t first_row_not_finite(ConstMatrixView rows, int num_threads);

}  // namespace loci::internal
