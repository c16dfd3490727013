// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/describe/describer.h"

#include <span>
#include <string>

namespace loci::internal {

/// Descriptors of the photos that can be read, in their order.
struct DescribedRows {
  Matrix values;
  int64_t count = 0;  ///< rows of `values` that are used
  ConstMatrixView rows() const { return values.view().rows_from(0, count); }
};

/// `task` is what `job` shows.
Result<DescribedRows> describe_rows(const Describer& describer,
                                    std::span<const std::string> photos,
                                    int num_threads,
                                    const char* task,
                                    const JobControl& job);

}  // namespace loci::internal
