// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include "loci/base/rng.h"

#include <algorithm>
#include <new>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

TEST(PlaceBuffers, AChainNeedsItsTwoLargestNeighbours) {
  std::vector<Buffer> chain = {
      {300, 0, 1, 0}, {640, 1, 2, 0}, {128, 2, 3, 0}, {512, 3, 4, 0}, {64, 4, 5, 0}};
  EXPECT_EQ(place_buffers(chain), 640u + 320u);  // 300 rounds up to 320
}

TEST(PlaceBuffers, NothingAliveTogetherOverlaps) {
  Rng rng(5, "buffers");
  for (int round = 0; round < 50; ++round) {
    std::vector<Buffer> buffers;
    for (int i = 0; i < 30; ++i) {
      const int first = static_cast<int>(rng.below(20));
      buffers.push_back({rng.below(5000), first, first + static_cast<int>(rng.below(6)), 0});
    }
    const size_t total = place_buffers(buffers);
    size_t sum = 0;
    for (size_t i = 0; i < buffers.size(); ++i) {
      const Buffer& a = buffers[i];
      EXPECT_EQ(a.offset % 64, 0u);
      EXPECT_LE(a.offset + a.bytes, total);
      sum += (a.bytes + 63) / 64 * 64;
      for (size_t j = 0; j < i; ++j) {
        const Buffer& b = buffers[j];
        const bool together = a.first <= b.last && b.first <= a.last && a.bytes > 0 && b.bytes > 0;
        EXPECT_TRUE(!together || a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset);
      }
    }
    EXPECT_LE(total, sum);
  }
}

TEST(Arena, GrowsAndRefusesTheImpossible) {
  Arena arena(100);
  EXPECT_GE(arena.size(), 100u);
  const std::byte* before = arena.data();
  arena.reserve(50);
  EXPECT_EQ(arena.data(), before);
  arena.reserve(size_t{5} << 20);
  EXPECT_GE(arena.size(), size_t{5} << 20);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(arena.data()) % 64, 0u);
  EXPECT_THROW(arena.reserve(SIZE_MAX - 10), std::bad_alloc);
  EXPECT_THROW(arena.reserve(size_t{1} << 60), std::bad_alloc);
  EXPECT_GE(arena.size(), size_t{5} << 20);
}

}  // namespace
}  // namespace loci::internal
