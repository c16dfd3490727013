// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/pooling/bench.h"

#include <string>
#include <utility>
#include <vector>

namespace loci::cli {

/// The NetVLAD layer and the whitening product beside what bounds them, in one run on random numbers: the sizes are those
/// of VGG-16 at 640x480 with 64 clusters, whitened to 4,096 numbers.
struct PoolingBench {
  int num_features = 1200, feature_dim = 512, num_clusters = 64, whitened_dim = 4096;
  int num_threads = 0;

  NetvladBench netvlad;
  std::vector<std::pair<std::string, WhiteningBench>> whitening;  ///< by type of the weights

  std::string to_json() const;
  std::string to_text() const;
};

Status bench_pooling(PoolingBench& bench);

}  // namespace loci::cli
