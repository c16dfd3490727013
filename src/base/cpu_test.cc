// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/cpu.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Cpu, WhatLaterProcessorsHaveStandsOnTheHighestLevel) {
  const CpuFacts& facts = cpu_facts();
  if (facts.avx512_bf16) {
    EXPECT_EQ(simd_level(), SimdLevel::kAvx512Vnni);
  }
  if (facts.amx_bf16 || facts.amx_int8) {
    EXPECT_TRUE(facts.avx512_bf16);
  }
}

TEST(Cpu, EveryLevelHasANameOfItsOwn) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(SimdLevel::kAvx512Vnni); ++i)
    names.insert(simd_name(static_cast<SimdLevel>(i)));
  EXPECT_EQ(names.size(), 4u);
}

}  // namespace
}  // namespace loci
