// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "map_kernels.h"

#define LOCI_VECTOR 16

namespace loci::internal {
namespace {
#include "winograd_vector.inc.h"
//
#include "map_kernel.inc.h"
}  // namespace

const MapKernels& map_kernels_avx512() { return kMapKernels; }

}  // namespace loci::internal
