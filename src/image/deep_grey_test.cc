// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/image/deep_grey.h"

#include <vector>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// A ramp of 1000 values between two.
std::vector<uint8_t> ramp(int from, int to) {
  std::vector<uint16_t> values;
  for (int i = 0; i < 1000; ++i)
    values.push_back(static_cast<uint16_t>(from + (to - from) * i / 999));
  std::vector<uint8_t> out(values.size());
  deep_grey(values, out);
  return out;
}

TEST(DeepGrey, TheWholeRangeIsOnlyDivided) {
  const auto out = ramp(0, 65535);
  EXPECT_EQ(out.front(), 0);
  EXPECT_EQ(out.back(), 255);
  EXPECT_NEAR(out[500], 128, 1);
}

TEST(DeepGrey, TenTwelveAndFourteenBitsAndThermalCountsFillTheRange) {
  for (const auto& [from, to] : {std::pair{0, 1023}, {0, 4095}, {0, 16383}, {7000, 9000}}) {
    const auto out = ramp(from, to);
    EXPECT_EQ(out.front(), 0) << to;
    EXPECT_EQ(out.back(), 255) << to;
    EXPECT_NEAR(out[500], 128, 3) << to;
  }
}

TEST(DeepGrey, AHotPixelDoesNotDarkenTheRest) {
  std::vector<uint16_t> values(1000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint16_t>(i);
  values[3] = 65535;
  std::vector<uint8_t> out(values.size());
  deep_grey(values, out);
  EXPECT_NEAR(out[500], 128, 3);
  EXPECT_EQ(out[3], 255);
}

TEST(DeepGrey, OneValueStaysWhatItIs) {
  std::vector<uint16_t> values(10, 257 * 40);
  std::vector<uint8_t> out(values.size());
  deep_grey(values, out);
  EXPECT_EQ(out[0], 40);
}

}  // namespace
}  // namespace loci
