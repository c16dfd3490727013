// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "peak.h"

namespace loci::internal {
namespace {

typedef int Words __attribute__((vector_size(64)));

// One block of assembly, because compilers keep the sums of the intrinsics, and an array of them,
// in memory. Ten chains hide the latency.
#define LOCI_DOT_LOOP(name, instruction, operations)                                               \
  double name(long rounds) {                                                                       \
    Words s0{}, s1{}, s2{}, s3{}, s4{}, s5{}, s6{}, s7{}, s8{}, s9{};                              \
    const Words a{}, b{};                                                                          \
    for (long round = 0; round < rounds; ++round) {                                                \
      __asm__ volatile(instruction " %11, %10, %0\n\t" instruction " %11, %10, %1\n\t" instruction \
                                   " %11, %10, %2\n\t" instruction " %11, %10, %3\n\t" instruction \
                                   " %11, %10, %4\n\t" instruction " %11, %10, %5\n\t" instruction \
                                   " %11, %10, %6\n\t" instruction " %11, %10, %7\n\t" instruction \
                                   " %11, %10, %8\n\t" instruction " %11, %10, %9"                 \
                       : "+v"(s0),                                                                 \
                         "+v"(s1),                                                                 \
                         "+v"(s2),                                                                 \
                         "+v"(s3),                                                                 \
                         "+v"(s4),                                                                 \
                         "+v"(s5),                                                                 \
                         "+v"(s6),                                                                 \
                         "+v"(s7),                                                                 \
                         "+v"(s8),                                                                 \
                         "+v"(s9)                                                                  \
                       : "v"(a), "v"(b));                                                          \
    }                                                                                              \
    return double{operations} * 16 * 10 * static_cast<double>(rounds);                             \
  }
}  // namespace

LOCI_DOT_LOOP(peak_bf16_loop, "vdpbf16ps", 4)
LOCI_DOT_LOOP(peak_int8_loop, "vpdpbusd", 8)

}  // namespace loci::internal
