// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <cstdint>
#include <vector>

namespace loci::internal {

/// Whether this build can compare itself with FAISS.
bool has_faiss();
/// What IndexFlatIP::search does, on rows in place: ids of the k best rows of each query, Q x k.
std::vector<int64_t> faiss_flat_search(ConstMatrixView rows,
                                       ConstMatrixView queries,
                                       int k,
                                       int num_threads);

}  // namespace loci::internal
