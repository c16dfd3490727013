// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/index/index.h"

#include <memory>

namespace loci::internal {

Result<std::unique_ptr<Index>> make_hnsw_index(RowBlocks rows,
                                               int64_t dim,
                                               const IndexOptions& options);
Result<std::unique_ptr<Index>> make_ivfpq_index(RowBlocks rows,
                                                int64_t dim,
                                                const IndexOptions& options);

}  // namespace loci::internal
