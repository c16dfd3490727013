// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/math/standardize.h"

#include "loci/base/rng.h"
#include "loci/math/vector.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(StandardizeSet, WorkedByHand) {
  Matrix rows(2, 2);
  rows(0, 0) = 1;
  rows(0, 1) = 10;
  rows(1, 0) = 3;
  rows(1, 1) = 30;
  standardize_set(rows);  // both dimensions become -1 and 1, then unit length
  const float half = std::sqrt(0.5f);
  EXPECT_NEAR(rows(0, 0), -half, 1e-6);
  EXPECT_NEAR(rows(0, 1), -half, 1e-6);
  EXPECT_NEAR(rows(1, 1), half, 1e-6);
}

TEST(StandardizeSet, WhatAllRowsShareGoesAway) {
  Rng rng(3, "rows");
  Matrix plain(50, 8), shifted(50, 8);
  for (int64_t i = 0; i < 50; ++i) {
    for (int64_t d = 0; d < 8; ++d) {
      plain(i, d) = static_cast<float>(rng.normal());
      shifted(i, d) = 5 * plain(i, d) + static_cast<float>(d);
    }
  }
  standardize_set(plain);
  standardize_set(shifted);
  for (int64_t i = 0; i < 50; ++i) {
    for (int64_t d = 0; d < 8; ++d) EXPECT_NEAR(plain(i, d), shifted(i, d), 1e-4);
  }
}

TEST(StandardizeSet, ZeroRowsTakeNoPartAndStayZero) {
  Rng rng(4, "rows");
  Matrix without(9, 4), with(10, 4);
  for (int64_t i = 0; i < 9; ++i) {
    for (int64_t d = 0; d < 4; ++d)
      with(i < 5 ? i : i + 1, d) = without(i, d) = static_cast<float>(rng.normal());
  }
  standardize_set(without);
  standardize_set(with);
  for (int64_t d = 0; d < 4; ++d) {
    EXPECT_EQ(with(5, d), 0);
    EXPECT_EQ(with(9, d), without(8, d));
  }
}

TEST(StandardizeSet, OneRowStaysAsItIs) {
  Matrix row(1, 3);
  row(0, 1) = 1;
  standardize_set(row);
  EXPECT_EQ(row(0, 1), 1);
}

}  // namespace
}  // namespace loci
