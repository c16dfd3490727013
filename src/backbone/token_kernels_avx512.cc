// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "token_kernels.h"

#define LOCI_VECTOR 16
#define LOCI_QUERIES 12

namespace loci::internal {
namespace {
#include "winograd_vector.inc.h"
//
#include "vector_exp.inc.h"
//
#include "token_kernel.inc.h"
}  // namespace

const TokenKernels& token_kernels_avx512() { return kTokenKernels; }

}  // namespace loci::internal
