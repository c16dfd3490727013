// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#define LOCI_VECTOR_BYTES 32
#define LOCI_TILE_ROWS 6
#include "gem_kernels.inc.h"
#include "netvlad_kernels.inc.h"
#include "whitening_kernels.inc.h"

namespace loci::internal {

PoolingKernels avx2_pooling_kernels() {
  return {netvlad_kernels(), whitening_kernels(), read_bytes, gem_columns};
}

}  // namespace loci::internal
