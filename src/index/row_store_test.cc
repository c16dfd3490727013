// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/index/row_store.h"

#include "loci/base/rng.h"
#include "loci/math/vector.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

namespace loci {
namespace {

std::vector<float> unit_row(int64_t dim, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> row(static_cast<size_t>(dim));
  for (float& value : row) value = static_cast<float>(rng.normal());
  l2_normalize(row);
  return row;
}

TEST(RowStore, ScoresAreDotProductsOfTheChosenSlots) {
  constexpr int64_t kDim = 70;  // no multiple of a vector's width
  RowStore store(kDim);
  std::vector<int64_t> slots;
  for (int64_t i = 0; i < 600; ++i) store.set(i, unit_row(kDim, static_cast<uint64_t>(i)));
  for (int64_t i = 599; i >= 0; i -= 7) slots.push_back(i);
  const auto query = unit_row(kDim, 1000);
  std::vector<float> one(slots.size()), two(slots.size());
  store.scores(query, slots, one, 1);
  store.scores(query, slots, two, 2);
  EXPECT_EQ(one, two);
  for (size_t i = 0; i < slots.size(); ++i) {
    const auto row = unit_row(kDim, static_cast<uint64_t>(slots[i]));
    EXPECT_NEAR(one[i], dot_exact(row.data(), query.data(), row.size()), 5e-4);
  }
}

TEST(RowStore, ASlotWrittenAgainHoldsTheNewRowInTheSameMemory) {
  RowStore store(16);
  store.set(3, unit_row(16, 1));
  const size_t bytes = store.memory_bytes();
  for (uint64_t i = 0; i < 1000; ++i) store.set(3, unit_row(16, i));
  EXPECT_EQ(store.memory_bytes(), bytes);
  std::vector<float> row(16);
  store.read(3, row);
  const auto last = unit_row(16, 999);
  for (size_t i = 0; i < 16; ++i) EXPECT_NEAR(row[i], last[i], 5e-4);
}

TEST(RowStore, RefusesRowsOfAnotherWidthAndSlotsThatAreNotThere) {
  RowStore store(4);
  EXPECT_THROW(store.set(0, unit_row(5, 1)), std::logic_error);
  std::vector<float> out(4);
  EXPECT_THROW(store.read(0, out), std::logic_error);
}

}  // namespace
}  // namespace loci
