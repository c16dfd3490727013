// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/model/positions.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr PositionRule kResampling[] = {
    PositionRule::kOffset, PositionRule::kSize, PositionRule::kAntialias};

TEST(Positions, WeightsOfAnOutputAddUpToOne) {
  for (const PositionRule rule : kResampling) {
    for (const int size : {1, 2, 7, 36, 37, 38, 90}) {
      for (const auto& taps : position_taps(rule, 37, size)) {
        double sum = 0;
        for (const PositionTap& tap : taps) {
          EXPECT_GE(tap.index, 0);
          EXPECT_LT(tap.index, 37);
          sum += tap.weight;
        }
        EXPECT_NEAR(sum, 1, 1e-12);
      }
    }
  }
}

Op table(PositionRule rule) {
  Op op;
  op.type = OpType::kPositions;
  op.name = "pos_embed";
  op.table_height = 3;
  op.table_width = 4;
  op.count = 13;
  op.positions = rule;
  return op;
}

TEST(Positions, SameGridIsLeftAlone) {
  std::vector<float> rows(26);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = std::sin(static_cast<float>(i));
  for (const PositionRule rule : kResampling)
    EXPECT_EQ(resample_positions(table(rule), rows, 2, 3, 4).value(), rows);
}

TEST(Positions, HeightAndWidthAreNotSwapped) {
  std::vector<float> rows(13, 0.f);
  for (size_t y = 0; y < 3; ++y) {
    for (size_t x = 0; x < 4; ++x) rows[1 + y * 4 + x] = static_cast<float>(y);
  }
  for (const PositionRule rule : kResampling) {
    const std::vector<float> out = resample_positions(table(rule), rows, 1, 6, 5).value();
    ASSERT_EQ(out.size(), 31u);
    for (size_t y = 0; y < 6; ++y) {
      for (size_t x = 1; x < 5; ++x) EXPECT_NEAR(out[1 + y * 5 + x], out[1 + y * 5], 1e-6);
      if (y > 0) {
        EXPECT_GT(out[1 + y * 5] + 0.2f, out[1 + (y - 1) * 5]);
      }
    }
    EXPECT_GT(out[1 + 5 * 5], out[1]);
  }
}

TEST(Positions, ExactRefusesAnotherGridByName) {
  const std::vector<float> rows(13, 0.f);
  const auto out = resample_positions(table(PositionRule::kExact), rows, 1, 4, 4);
  ASSERT_FALSE(out.ok());
  EXPECT_NE(out.status().message().find("pos_embed"), std::string::npos);
}

}  // namespace
}  // namespace loci
