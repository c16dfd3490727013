// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/index/index.h"

#include "approximate.h"
#include "flat_index.h"

#include "loci/base/text.h"

#include <unistd.h>

namespace loci {
namespace {

constexpr int64_t kSmallBytes = 64 << 20;

int64_t total_rows(const RowBlocks& rows) {
  int64_t count = 0;
  for (const ConstMatrixView& block : rows) count += block.rows();
  return count;
}

std::string choose_kind(int64_t rows, int64_t dim) {
  if (rows * dim * static_cast<int64_t>(sizeof(float)) <= kSmallBytes) return "flat";
  const int64_t memory = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  return rows * (dim + dim / 8) <= memory / 2 ? "flat-i8" : "ivfpq";
}

}  // namespace

Result<std::unique_ptr<Index>> make_flat_index(
    RowBlocks rows, int64_t dim, Storage storage, int rerank, int num_threads) {
  LOCI_TRY(index,
           internal::make_flat(std::move(rows),
                               dim,
                               {.storage = storage, .rerank = rerank, .num_threads = num_threads}));
  return std::unique_ptr<Index>(std::move(index));
}

Result<std::unique_ptr<Index>> make_index(RowBlocks rows,
                                          int64_t dim,
                                          const IndexOptions& options) {
  const std::string kind =
      options.kind == "auto" ? choose_kind(total_rows(rows), dim) : options.kind;
  const auto flat = [&](Storage storage) {
    return make_flat_index(std::move(rows), dim, storage, options.rerank, options.num_threads);
  };
  if (kind == "flat") return flat(Storage::kFloat32);
  if (kind == "flat-f16") return flat(Storage::kFloat16);
  if (kind == "flat-i8") return flat(Storage::kInt8);
  if (kind == "hnsw") return internal::make_hnsw_index(std::move(rows), dim, options);
  if (kind == "ivfpq") return internal::make_ivfpq_index(std::move(rows), dim, options);
  return invalid_argument(
      format("index '%s' is not known; auto, flat, flat-f16, flat-i8, hnsw and ivfpq are",
             printable(kind).c_str()));
}

}  // namespace loci
