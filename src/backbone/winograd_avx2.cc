// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "winograd.h"

#define LOCI_VECTOR 8
#define LOCI_ROWS 6

namespace loci::internal {
namespace {
#include "winograd_vector.inc.h"
//
#include "winograd_fp32.inc.h"
//
#include "winograd_kernel.inc.h"
}  // namespace

const WinogradKernels& winograd_kernels_avx2() { return kKernels; }

}  // namespace loci::internal
