// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "token_kernels.h"

#define LOCI_VECTOR 8
#define LOCI_QUERIES 6

namespace loci::internal {
namespace {
#include "winograd_vector.inc.h"
//
#include "vector_exp.inc.h"
//
#include "token_kernel.inc.h"
}  // namespace

const TokenKernels& token_kernels_avx2() { return kTokenKernels; }

}  // namespace loci::internal
