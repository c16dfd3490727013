// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/half.h"

#include "test_matrices.h"

#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Half, EveryBitPatternSurvivesTheWayToFloatAndBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = half_to_float(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value))));
    } else {
      EXPECT_EQ(float_to_half(value), bits);
    }
  }
}

TEST(Half, KnownValues) {
  EXPECT_EQ(float_to_half(1.0f), 0x3c00);
  EXPECT_EQ(float_to_half(-2.0f), 0xc000);
  EXPECT_EQ(float_to_half(65504.0f), 0x7bff);
  EXPECT_EQ(float_to_half(65519.9f), 0x7bff);
  EXPECT_EQ(float_to_half(65520.0f), 0x7c00);
  EXPECT_EQ(float_to_half(0x1p-24f), 0x0001);
  EXPECT_EQ(float_to_half(0x1p-25f), 0x0000);         // a tie goes to the even zero
  EXPECT_EQ(float_to_half(0x1.8p-24f), 0x0002);       // and this one to 2
  EXPECT_EQ(float_to_half(1.0f + 0x1p-11f), 0x3c00);  // tie to even, down
  EXPECT_EQ(float_to_half(1.0f + 0x3p-11f), 0x3c02);  // tie to even, up
  EXPECT_EQ(float_to_half(-0.0f), 0x8000);
}

TEST(Half, ArraysAtEveryLevelEqualTheScalarFunctions) {
  Rng rng(1, "half arrays");
  std::vector<float> in(1003);
  for (float& x : in) x = std::bit_cast<float>(static_cast<uint32_t>(rng.next()));
  in[0] = std::numeric_limits<float>::infinity();
  for (const SimdLevel level : runnable_levels()) {
    std::vector<uint16_t> bits(in.size());
    std::vector<float> back(in.size());
    internal::math_kernels(level).to_halfs(in.data(), bits.data(), in.size());
    internal::math_kernels(level).from_halfs(bits.data(), back.data(), in.size());
    for (size_t i = 0; i < in.size(); ++i) {
      EXPECT_EQ(bits[i], float_to_half(in[i])) << in[i];
      EXPECT_EQ(std::bit_cast<uint32_t>(back[i]), std::bit_cast<uint32_t>(half_to_float(bits[i])));
    }
  }
}

TEST(Bfloat16, RoundsToNearestEven) {
  EXPECT_EQ(float_to_bf16(1.0f), 0x3f80);
  EXPECT_EQ(float_to_bf16(1.0f + 0x1p-8f), 0x3f80);
  EXPECT_EQ(float_to_bf16(1.0f + 0x3p-8f), 0x3f82);
  EXPECT_TRUE(std::isnan(bf16_to_float(float_to_bf16(std::numeric_limits<float>::quiet_NaN()))));
}

}  // namespace
}  // namespace loci
