// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "int8_rows.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace loci::internal {

/// For each query the rows that may be among its `want` best, found by signs first and then by
/// 8-bit codes; nothing for a query that the signs cannot decide (none of its neighbours stands
/// out), which needs the scan of all codes.
std::vector<std::optional<std::vector<int64_t>>> sign_filtered(const Int8Rows& rows,
                                                               ConstMatrixView queries,
                                                               int64_t want,
                                                               bool exact_count,
                                                               std::span<const uint8_t> kept,
                                                               int num_threads);

}  // namespace loci::internal
