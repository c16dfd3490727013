// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace loci {

/// Instruction sets that kernels of ours exist for. Each level implies the ones before it.
///   kAvx2        AVX2, FMA and F16C
///   kAvx512      AVX-512 F, BW, DQ and VL (Skylake-SP)
///   kAvx512Vnni  also 8-bit dot products (Cascade Lake, Ice Lake, Zen 4)
enum class SimdLevel { kPlain, kAvx2, kAvx512, kAvx512Vnni };

/// The highest level that this processor and operating system can run. The environment variable
/// LOCI_SIMD=plain|avx2|avx512|vnni|bf16 lowers it, and takes away what comes after the one named (bf16 after vnni, AMX
/// after bf16), for tests and for finding a fault; it cannot raise it.
SimdLevel simd_level();
const char* simd_name(SimdLevel level);

/// What some processors of the highest level have and others do not.
struct CpuFacts {
  bool avx512_bf16 = false;  ///< dot products of bf16 pairs
  bool amx_bf16 = false;     ///< tiles of them
  bool amx_int8 = false;     ///< tiles of 8-bit dot products
};
const CpuFacts& cpu_facts();

/// "AMD EPYC 7763", for reports.
std::string cpu_name();

}  // namespace loci
