// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "peak.h"

#define LOCI_VECTOR 16
#define LOCI_CHAINS 10

namespace loci::internal {
namespace {
#include "peak_kernel.inc.h"

typedef int Words __attribute__((vector_size(64)));

// Assembly, because compilers spill the sums of the intrinsics.
#define LOCI_DOT_LOOP(name, instruction, operations)                                 \
  double name(long rounds) {                                                         \
    Words sum[LOCI_CHAINS];                                                          \
    for (int i = 0; i < LOCI_CHAINS; ++i) sum[i] = Words{};                          \
    Words a = Words{}, b = Words{};                                                  \
    for (long round = 0; round < rounds; ++round) {                                  \
      _Pragma("GCC unroll 16") for (int i = 0; i < LOCI_CHAINS; ++i) {               \
        __asm__ volatile(instruction " %2, %1, %0" : "+v"(sum[i]) : "v"(a), "v"(b)); \
      }                                                                              \
    }                                                                                \
    return double{operations} * 16 * LOCI_CHAINS * static_cast<double>(rounds);      \
  }
LOCI_DOT_LOOP(bf16_loop, "vdpbf16ps", 4)
LOCI_DOT_LOOP(int8_loop, "vpdpbusd", 8)
}  // namespace

PeakLoops peak_loops_avx512() { return {fp32_loop, bf16_loop, int8_loop}; }

}  // namespace loci::internal
