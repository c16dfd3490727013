// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/options.h"
#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci {

struct KMeansOptions {
  /// Number of clusters K.
  int num_clusters = 64;
  /// Lloyd iterations at most.
  int max_iterations = 30;
  /// Stop when the mean squared distance falls by less than this part of itself.
  double tolerance = 1e-4;
  /// Seed of the k-means++ choice.
  uint64_t seed = 1;
  /// Threads, 0 for all.
  int num_threads = 0;

  template <class V>
  void describe(V&& v) {
    v({"num_clusters", "number of clusters K"}, num_clusters);
    v({"max_iterations", "Lloyd iterations at most"}, max_iterations);
    v({"tolerance", "stop when the mean squared distance falls by less than this part of itself"},
      tolerance);
    v({"seed", "seed of the k-means++ choice"}, seed);
    v({"num_threads", "threads, 0 for all"}, num_threads);
  }
};

struct KMeansResult {
  Matrix centers;                   ///< K x D
  std::vector<int32_t> assignment;  ///< N, nearest center (the lower index on a tie)
  double mean_squared_distance = 0;
  int iterations = 0;
};

/// Lloyd's k-means on the rows of `points`, started by k-means++ (Arthur and Vassilvitskii, 2007). A cluster that
/// becomes empty takes the point that lies farthest from its center.
/// Errors:  InvalidArgument when there are fewer distinct rows than clusters, or a value is not
///          finite; Cancelled
/// Threads: the same bits for any number of threads
/// Cost:    2*N*K*D multiply-adds an iteration
Result<KMeansResult> kmeans(ConstMatrixView points,
                            const KMeansOptions& options,
                            const JobControl& job = {});

/// Index of the nearest center of each row, by squared Euclidean distance.
void assign_nearest(ConstMatrixView points,
                    ConstMatrixView centers,
                    int num_threads,
                    std::span<int32_t> out);

}  // namespace loci
