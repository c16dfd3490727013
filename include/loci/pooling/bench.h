// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/tensor.h"

#include <cstdint>

namespace loci {

/// Times of the NetVLAD layer (medians) beside what bounds it, measured in the same run on random
/// numbers.
struct NetvladBench {
  double layer_ms = 0;  ///< the fused layer, descriptor to descriptor
  double two_gemms_ms =
      0;              ///< X W^T and A^T X by gemm_nt and gemm_nn, no softmax and no normalisation
  double gflops = 0;  ///< of the layer, counting the two products alone
};
NetvladBench bench_netvlad(int64_t num_features,
                           int64_t dim,
                           int64_t num_clusters,
                           int num_threads);

/// Times of the whitening product for one descriptor beside the memory's reading rate.
struct WhiteningBench {
  double ms = 0;
  double gb_per_s = 0;  ///< bytes of W over time
  /// A plain loop that sums the same number of bytes of the same memory, same threads.
  double read_gb_per_s = 0;
  double batch_ms_per_image = 0;  ///< for 8 descriptors at once
};
/// `weights`: F32, F16 or I8.
/// Errors:  InvalidArgument for another type or sizes below 1
/// Cost:    input_dim * output_dim weights of memory and half a second
Result<WhiteningBench> bench_whitening(int64_t input_dim,
                                       int64_t output_dim,
                                       DType weights,
                                       int num_threads);

}  // namespace loci
