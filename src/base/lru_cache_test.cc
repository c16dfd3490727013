// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/lru_cache.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(LruCache, ForgetsWhatWasNotUsedForLongest) {
  LruCache<int> cache(3000);
  for (int i = 0; i < 3; ++i)
    cache.keep(std::string(1, static_cast<char>('a' + i)), std::make_shared<const int>(i), 700);
  ASSERT_NE(cache.find("a"), nullptr);  // now "b" is the oldest
  cache.keep("d", std::make_shared<const int>(3), 700);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_EQ(*cache.find("a"), 0);
  EXPECT_EQ(*cache.find("d"), 3);
  EXPECT_LE(cache.bytes(), 3000u);
}

TEST(LruCache, WhatIsLargerThanItAllIsNotKept) {
  LruCache<int> cache(1000);
  cache.keep("small", std::make_shared<const int>(1), 100);
  cache.keep("large", std::make_shared<const int>(2), 5000);
  EXPECT_EQ(cache.find("large"), nullptr);
  EXPECT_NE(cache.find("small"), nullptr);
}

TEST(LruCache, ManyThreadsMayUseItAtOnce) {
  LruCache<int> cache(20'000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 2000; ++i) {
        const std::string key = std::to_string((i * 7 + t) % 60);
        if (const auto kept = cache.find(key)) {
          EXPECT_EQ(std::to_string(*kept), key);
        } else {
          cache.keep(key, std::make_shared<const int>(std::stoi(key)), 300);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.bytes(), 20'000u);
}

}  // namespace
}  // namespace loci
