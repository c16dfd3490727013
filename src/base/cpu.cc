// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/cpu.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace loci {
namespace {

SimdLevel detect() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return SimdLevel::kPlain;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
    return SimdLevel::kAvx2;
  }
  return __builtin_cpu_supports("avx512vnni") ? SimdLevel::kAvx512Vnni : SimdLevel::kAvx512;
#else
  return SimdLevel::kPlain;
#endif
}

/// The names of LOCI_SIMD in order; all where it names none.
int allowed() {
  const char* text = std::getenv("LOCI_SIMD");
  const std::string_view wanted = text == nullptr ? "" : text;
  constexpr std::string_view kNames[] = {"plain", "avx2", "avx512", "vnni", "bf16", "all"};
  const auto* found = std::find(std::begin(kNames), std::end(kNames) - 1, wanted);
  return static_cast<int>(found - std::begin(kNames));
}

CpuFacts detect_facts() {
  CpuFacts facts;
#if defined(__x86_64__)
  facts.avx512_bf16 = simd_level() == SimdLevel::kAvx512Vnni && allowed() >= 4 &&
                      __builtin_cpu_supports("avx512bf16");
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (facts.avx512_bf16 && allowed() >= 5 && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
    const bool tiles = (d & (1u << 24)) != 0;
    facts.amx_bf16 = tiles && (d & (1u << 22)) != 0;
    facts.amx_int8 = tiles && (d & (1u << 25)) != 0;
  }
#endif
  return facts;
}

}  // namespace

SimdLevel simd_level() {
  static const SimdLevel level =
      static_cast<SimdLevel>(std::min(static_cast<int>(detect()), allowed()));
  return level;
}

const CpuFacts& cpu_facts() {
  static const CpuFacts facts = detect_facts();
  return facts;
}

const char* simd_name(SimdLevel level) {
  switch (level) {
    case SimdLevel::kPlain:
      return "plain";
    case SimdLevel::kAvx2:
      return "avx2";
    case SimdLevel::kAvx512:
      return "avx512";
    case SimdLevel::kAvx512Vnni:
      return "avx512_vnni";
  }
  return "plain";
}

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("model name")) continue;
    const size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

}  // namespace loci
