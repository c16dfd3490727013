// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace loci {

/// Instruction sets that kernels of ours exist for. Each level implies the ones before it.
enum class SimdLevel { kPlain, kAvx2, kAvx512 };

/// What this processor and operating system can run: kAvx2 = AVX2 + FMA + F16C, kAvx512 = AVX-512 F/BW/DQ/VL + VNNI +
/// BF16 (kernels for it are written for all of these together). The environment variable LOCI_SIMD=plain|avx2|avx512
/// lowers it, for tests and for finding a fault; it cannot raise it.
SimdLevel simd_level();
const char* simd_name(SimdLevel level);
/// "AMD EPYC 7763", for reports.
std::string cpu_name();

}  // namespace loci
