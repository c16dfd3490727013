// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/options.h"
#include "loci/base/status.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace loci {

/// One found row: its number and the dot product with the query (cosine similarity for unit descriptors).
struct Hit {
  int64_t id = -1;
  float score = 0;
};

/// How descriptors are held for the scan.
enum class Storage {
  kFloat32,
  kFloat16,
  kInt8,  ///< one scale a row
};

/// Approximate or exact, by name: auto, flat, flat-f16, flat-i8, hnsw, ivfpq.
/// auto: up to 64 MiB of float32 rows flat (a scan takes milliseconds, a copy is not worth it); beyond that flat-i8 while its
/// copy (dim * 1.125 bytes a row) fits into half of the memory; else ivfpq.
struct IndexOptions {
  /// auto (by size), flat, flat-f16, flat-i8, hnsw or ivfpq.
  std::string kind = "auto";
  int num_threads = 0;
  /// hnsw: links of a node (Malkov and Yashunin 2018).
  int hnsw_m = 16;
  /// hnsw: candidates kept while searching.
  int hnsw_ef = 64;
  /// ivfpq: cells, 0 for 4 sqrt(n).
  int ivf_lists = 0;
  /// ivfpq: cells looked at.
  int ivf_probes = 32;
  /// ivfpq: bytes of a code (Jegou et al. 2011).
  int pq_bytes = 64;
  /// Candidates scored again exactly, 0 for a number that suits the kind.
  int rerank = 0;
  uint64_t seed = 1;

  template <class V>
  void describe(V&& v) {
    v({"index", "auto (by size), flat, flat-f16, flat-i8, hnsw or ivfpq"}, kind);
    v({"hnsw_m", "hnsw: links of a node (Malkov and Yashunin 2018)"}, hnsw_m);
    v({"hnsw_ef", "hnsw: candidates kept while searching"}, hnsw_ef);
    v({"ivf_lists", "ivfpq: cells, 0 for 4 sqrt(n)"}, ivf_lists);
    v({"ivf_probes", "ivfpq: cells looked at"}, ivf_probes);
    v({"pq_bytes", "ivfpq: bytes of a code (Jegou et al. 2011)"}, pq_bytes);
    v({"rerank", "candidates scored again exactly, 0 for a number that suits the kind"}, rerank);
  }
};

/// Finds the rows with the largest dot product with a query.
/// Threads: search() is const and safe from many threads
class Index {
 public:
  virtual ~Index() = default;
  virtual int64_t size() const = 0;
  virtual int64_t dim() const = 0;
  virtual std::string kind() const = 0;
  virtual size_t memory_bytes()
      const = 0;  ///< held by the index itself, without the rows it only views
  /// Contract: queries.cols() == dim(), no NaN (std::invalid_argument else).
  /// The `k` best rows of every query, best first, equal scores by rising id; fewer when there are fewer rows. Final scores
  /// are computed from the float32 rows with float64 sums. `keep(id)` false leaves a row out (empty: all are kept). A row
  /// of zeros describes nothing and is never found.
  virtual std::vector<std::vector<Hit>> search(
      ConstMatrixView queries,
      int k,
      int num_threads = 0,
      const std::function<bool(int64_t)>& keep = {}) const = 0;
};

/// Rows in pieces (a collection's segments); row ids count through the pieces in order. The memory must outlive the index.
using RowBlocks = std::vector<ConstMatrixView>;

/// An index of the kind that `options` names over rows that stay where they are.
/// Errors:  InvalidArgument for an unknown kind, rows of different widths and rows that are not
///          finite; Unsupported when this build lacks it
Result<std::unique_ptr<Index>> make_index(RowBlocks rows, int64_t dim, const IndexOptions& options);

/// Exact scan: with kFloat32 the ranking equals that of a float64 scan; kFloat16 and kInt8 find candidates with the smaller
/// copy and score `rerank` of them again with the float32 rows.
Result<std::unique_ptr<Index>> make_flat_index(
    RowBlocks rows, int64_t dim, Storage storage, int rerank = 0, int num_threads = 0);

}  // namespace loci
