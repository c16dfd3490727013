// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
//
// Multiply-adds in registers; a source file defines LOCI_VECTOR and LOCI_CHAINS and includes this
// in its anonymous namespace. Chains are independent, enough of them to hide an instruction's
// latency.

typedef float Vec __attribute__((vector_size(LOCI_VECTOR * 4)));

double fp32_loop(long rounds) {
  Vec sum[LOCI_CHAINS];
  for (int i = 0; i < LOCI_CHAINS; ++i) sum[i] = Vec{};
  Vec a = 0.5f - Vec{}, b = 1e-6f - Vec{};
  for (long round = 0; round < rounds; ++round) {
    // Keeps the compiler from seeing that every round does the same.
    __asm__ volatile("" : "+x"(a), "+x"(b));
#pragma GCC unroll 16
    for (int i = 0; i < LOCI_CHAINS; ++i) sum[i] = sum[i] * a + b;
  }
  for (int i = 0; i < LOCI_CHAINS; ++i) __asm__ volatile("" : : "x"(sum[i]));
  return 2.0 * LOCI_VECTOR * LOCI_CHAINS * static_cast<double>(rounds);
}
