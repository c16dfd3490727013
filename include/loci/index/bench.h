// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci {

struct SearchBenchOptions {
  /// Database descriptors.
  int64_t rows = 100000;
  /// Values of a descriptor.
  int64_t dim = 4096;
  /// Queries of the batch.
  int64_t queries = 1000;
  /// Hits asked for.
  int k = 1;
  /// Length of the noise that makes a query of a unit row; 0: the rows themselves, inf: no
  /// relation.
  double noise = 1.0;
  /// What is measured: flat, flat-f16, flat-i8-scan (no filter by signs), flat-i8, hnsw, ivfpq.
  std::string kinds = "flat,flat-f16,flat-i8-scan,flat-i8,hnsw,ivfpq";
  /// Measurements of the batch, of which the median counts; single queries are measured more often.
  int repeats = 3;
  /// Seed of the made-up descriptors.
  uint64_t seed = 1;
  /// Threads, 0 for all.
  int num_threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"rows", "database descriptors"}, rows);
    v({"dim", "values of a descriptor"}, dim);
    v({"queries", "queries of the batch"}, queries);
    v({"k", "hits asked for"}, k);
    v({"noise",
       "length of the noise that makes a query of a unit row; 0: the rows themselves, inf: no "
       "relation"},
      noise);
    v({"kinds",
       "what is measured: flat, flat-f16, flat-i8-scan (no filter by signs), flat-i8, hnsw, ivfpq"},
      kinds);
    v({"repeats",
       "measurements of the batch, of which the median counts; single queries are measured more "
       "often"},
      repeats);
    v({"seed", "seed of the made-up descriptors"}, seed);
    v({"num_threads", "threads, 0 for all"}, num_threads);
  }
};

/// One way of searching, measured.
struct SearchTiming {
  std::string kind;
  double build_s = 0;
  double memory_mib = 0;  ///< beside the float32 rows
  double single_ms = 0;   ///< one query, median
  double batch_ms = 0;    ///< all queries in one call, median
  /// Bytes of the whole copy over single_ms; 0 where not all of it is read.
  double single_gb_per_s = 0;
  /// Of reading the rows once right after each query, median of the pairs.
  double share_of_bandwidth = 0;
  /// Part of the queries with the first hit of the exact scan (recall@1 against exact).
  double top1_agreement = 0;
  double undecided = 0;       ///< flat-i8: part of the queries that the signs could not decide
  double single_speedup = 0;  ///< FAISS's time over this one; 0 without FAISS
  double batch_speedup = 0;
};

struct SearchBench {
  SearchBenchOptions options;
  std::string cpu, simd;
  int threads = 0;
  double read_gb_per_s = 0;  ///< reading the rows once with all threads, median
  /// Queries whose answer of the float32 scan was compared with a float64 scan.
  int64_t checked_queries = 0;
  double float64_agreement = 0;  ///< part of those that have the same first hit and the same score
  bool has_faiss = false;
  double faiss_single_ms = 0;  ///< IndexFlatIP's search of one query
  double faiss_batch_ms = 0;
  double faiss_agreement = 0;
  std::vector<SearchTiming> timings;

  std::string brief_report() const;
  std::string to_json() const;
};

/// Measures exact and approximate search and FAISS's flat index over the same descriptors in one
/// run.
///
/// The descriptors are seeded: rows/10 places, each a random direction; a row is its place's unit
/// direction plus noise of length 1, scaled to unit length (two rows of a place have a cosine of
/// about .5, of different places about 0), and a query a row plus noise of length `noise`, scaled
/// likewise.
/// Errors:  InvalidArgument for sizes that make no sense or kinds that are not known; Cancelled
/// Cost:    rows * dim * 4 bytes for the rows, a tenth of that for the places, and one index at a
///          time
Result<SearchBench> bench_search(const SearchBenchOptions& options, const JobControl& job = {});

}  // namespace loci
