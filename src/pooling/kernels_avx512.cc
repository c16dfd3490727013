// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#define LOCI_VECTOR_BYTES 64
#define LOCI_TILE_ROWS 13
#include "gem_kernels.inc.h"
#include "netvlad_kernels.inc.h"
#include "whitening_kernels.inc.h"

namespace loci::internal {

PoolingKernels avx512_pooling_kernels() {
  return {netvlad_kernels(), whitening_kernels(), read_bytes, gem_columns};
}

}  // namespace loci::internal
