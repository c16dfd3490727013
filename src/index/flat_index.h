// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/index/index.h"

#include <functional>
#include <memory>
#include <vector>

namespace loci::internal {

struct FlatOptions {
  Storage storage = Storage::kFloat32;
  int rerank = 0;
  bool sign_filter = true;  ///< kInt8: pass over rows by their signs first
  int num_threads = 0;
};

/// A flat index that also tells how often its filter could not decide.
class FlatIndexBase : public Index {
 public:
  /// search(), adding to `undecided` (unless null) the queries for which all codes were scanned.
  virtual std::vector<std::vector<Hit>> search_counting(ConstMatrixView queries,
                                                        int k,
                                                        int num_threads,
                                                        const std::function<bool(int64_t)>& keep,
                                                        int64_t* undecided) const = 0;
};

Result<std::unique_ptr<FlatIndexBase>> make_flat(RowBlocks blocks,
                                                 int64_t dim,
                                                 const FlatOptions& options);

}  // namespace loci::internal
