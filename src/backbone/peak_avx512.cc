// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "peak.h"

#define LOCI_VECTOR 16
#define LOCI_CHAINS 10

namespace loci::internal {
namespace {
#include "peak_kernel.inc.h"
}  // namespace

PeakLoops peak_loops_avx512() { return {fp32_loop, nullptr, nullptr}; }

}  // namespace loci::internal
