// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace loci::internal {

/// Loops of independent dot products or multiply-adds, for one instruction set. Each runs `rounds`
/// rounds and returns the operations done; null where the instruction set has none.
struct PeakLoops {
  double (*fp32)(long rounds);
  double (*bf16)(long rounds);
  double (*int8)(long rounds);
};
PeakLoops peak_loops_plain();
PeakLoops peak_loops_avx2();
PeakLoops peak_loops_avx512();
/// Dot products of AVX-512, where the processor has them.
double peak_bf16_loop(long rounds);
double peak_int8_loop(long rounds);

}  // namespace loci::internal
