// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/activation_cache.h"

#include "loci/base/rng.h"
#include "loci/base/text.h"
#include "loci/math/half.h"

#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

const std::string kFrozen(64, 'a'), kOther(64, 'b');
constexpr int64_t kChannels = 8, kHeight = 15, kWidth = 20;
const uint64_t kFileBytes = activation_file_bytes(kChannels, kHeight, kWidth);

ActivationKey key_of(int i) { return {.content = format("%064d", i), .width = 320, .height = 240}; }

std::vector<float> map_of(int i) {
  std::vector<float> values(kChannels * kHeight * kWidth);
  Rng rng(static_cast<uint64_t>(i));
  for (float& value : values) value = static_cast<float>(rng.normal());
  return values;
}

std::unique_ptr<ActivationCache> open(const std::string& folder,
                                      uint64_t max_maps,
                                      const std::string& eviction = "none",
                                      const std::string& frozen = kFrozen) {
  return ActivationCache::open(folder, frozen, max_maps * kFileBytes, eviction).value();
}

Status store(ActivationCache* cache, int i) {
  return cache->store(key_of(i), kChannels, kHeight, kWidth, map_of(i));
}

bool holds(ActivationCache* cache, int i) { return cache->find(key_of(i)).has_value(); }

uint64_t bytes_on_disk(const std::string& folder) {
  uint64_t sum = 0;
  for (const std::string& name : list_files(folder, {}).value()) {
    struct stat info {};
    if (::stat((folder + "/" + name).c_str(), &info) == 0)
      sum += (static_cast<uint64_t>(info.st_size) + 4095) / 4096 * 4096;
  }
  return sum;
}

TEST(ActivationCache, GivesBackTheMapInHalfPrecision) {
  const TempFolder folder;
  auto cache = open(folder.path(), 10);
  EXPECT_FALSE(holds(cache.get(), 1));
  ASSERT_TRUE(store(cache.get(), 1).ok());
  const auto map = cache->find(key_of(1));
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(map->channels, kChannels);
  EXPECT_EQ(map->height, kHeight);
  EXPECT_EQ(map->width, kWidth);
  const std::vector<float> values = map_of(1);
  ASSERT_EQ(map->values.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(map->values[i], float_to_half(values[i])) << i;
  EXPECT_EQ(cache->stats().hits, 1);
  EXPECT_EQ(cache->stats().misses, 1);
}

TEST(ActivationCache, OutlivesTheProcessButNotAChangeOfKey) {
  const TempFolder folder;
  {
    auto cache = open(folder.path(), 10);
    ASSERT_TRUE(store(cache.get(), 1).ok());
  }
  auto again = open(folder.path(), 10);
  EXPECT_EQ(again->stats().maps, 1);
  EXPECT_TRUE(holds(again.get(), 1));
  ActivationKey other_size = key_of(1), other_photo = key_of(1);
  other_size.width = 640;
  other_photo.content[0] = '9';
  EXPECT_FALSE(again->find(other_size).has_value());
  EXPECT_FALSE(again->find(other_photo).has_value());
  auto other_weights = open(folder.path(), 10, "none", kOther);
  EXPECT_FALSE(holds(other_weights.get(), 1));
}

TEST(ActivationCache, AMapInAnothersPlaceIsNotUsed) {
  const TempFolder folder;
  auto cache = open(folder.path(), 10);
  ASSERT_TRUE(store(cache.get(), 1).ok());
  const std::string name = list_files(folder.path(), {".map"}).value()[0];
  const std::vector<uint8_t> one = read_file(folder / name).value();
  ASSERT_TRUE(store(cache.get(), 2).ok());
  for (const std::string& place : list_files(folder.path(), {".map"}).value())
    ASSERT_TRUE(write_file(folder / place, one).ok());
  EXPECT_TRUE(holds(cache.get(), 1));
  EXPECT_FALSE(holds(cache.get(), 2));
  EXPECT_EQ(cache->stats().damaged, 1);
}

TEST(ActivationCache, KeepsToItsBoundWithoutEvictionByRefusing) {
  const TempFolder folder;
  auto cache = open(folder.path(), 5);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(store(cache.get(), i).ok());
    EXPECT_LE(bytes_on_disk(folder.path()), 5 * kFileBytes);
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(holds(cache.get(), i), i < 5) << i;
  EXPECT_EQ(cache->stats().refused, 15);
  EXPECT_EQ(cache->stats().bytes, bytes_on_disk(folder.path()));
}

TEST(ActivationCache, DropsTheLeastRecentlyUsed) {
  const TempFolder folder;
  auto cache = open(folder.path(), 3, "lru");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store(cache.get(), i).ok());
  EXPECT_TRUE(holds(cache.get(), 0));  // now 1 is the oldest
  ASSERT_TRUE(store(cache.get(), 3).ok());
  EXPECT_FALSE(holds(cache.get(), 1));
  for (const int i : {0, 2, 3}) EXPECT_TRUE(holds(cache.get(), i)) << i;
  EXPECT_EQ(cache->stats().evicted, 1);
  EXPECT_LE(bytes_on_disk(folder.path()), 3 * kFileBytes);
}

TEST(ActivationCache, AMapInUseOutlivesItsEviction) {
  const TempFolder folder;
  auto cache = open(folder.path(), 1, "lru");
  ASSERT_TRUE(store(cache.get(), 1).ok());
  const auto map = cache->find(key_of(1));
  ASSERT_TRUE(store(cache.get(), 2).ok());
  EXPECT_FALSE(holds(cache.get(), 1));
  EXPECT_EQ(map->values[5], float_to_half(map_of(1)[5]));
}

TEST(ActivationCache, StaleMapsGoFirst) {
  const TempFolder folder;
  {
    auto old = open(folder.path(), 3, "none", kOther);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store(old.get(), i).ok());
  }
  auto cache = open(folder.path(), 4);
  EXPECT_EQ(cache->stats().bytes, 3 * kFileBytes);
  EXPECT_EQ(cache->stats().maps, 0);
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(store(cache.get(), i).ok());
  EXPECT_EQ(cache->stats().maps, 4);
  EXPECT_EQ(cache->stats().evicted, 3);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(holds(cache.get(), i), i < 4) << i;
  EXPECT_LE(bytes_on_disk(folder.path()), 4 * kFileBytes);

  auto smaller = open(folder.path(), 2);
  EXPECT_LE(bytes_on_disk(folder.path()), 2 * kFileBytes);
}

TEST(ActivationCache, DamagedMapsAreMissesAndAreMadeAgain) {
  const TempFolder folder;
  auto cache = open(folder.path(), 10);
  ASSERT_TRUE(store(cache.get(), 1).ok());
  const std::string path = folder / list_files(folder.path(), {".map"}).value()[0];
  const std::vector<uint8_t> good = read_file(path).value();
  std::vector<std::vector<uint8_t>> bad = {{}, {good.begin(), good.begin() + 60}};
  bad.emplace_back(good.begin(), good.end() - 1);
  for (const size_t at : {0, 8, 31, 32, 50, 128, 1000}) {
    bad.push_back(good);
    bad.back()[at] ^= 1;
  }
  for (const std::vector<uint8_t>& bytes : bad) {
    ASSERT_TRUE(write_file(path, bytes).ok());
    EXPECT_FALSE(holds(cache.get(), 1));
    ASSERT_TRUE(store(cache.get(), 1).ok());
    EXPECT_TRUE(holds(cache.get(), 1));
  }
  EXPECT_EQ(cache->stats().damaged, static_cast<int64_t>(bad.size()));
}

TEST(ActivationCache, AFailingDiskEndsStoringAndNothingElse) {
  const TempFolder folder;
  auto cache = open(folder.path(), 10);
  ASSERT_TRUE(store(cache.get(), 1).ok());
  for (const char* digit :
       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"}) {
    for (const char* second :
         {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"}) {
      (void)write_file(folder / (kFrozen.substr(0, 16) + "/" + digit + second), "in the way");
    }
  }
  int failures = 0;
  for (int i = 2; i < 8; ++i) failures += store(cache.get(), i).ok() ? 0 : 1;
  EXPECT_EQ(failures, 1) << "said once";
  EXPECT_TRUE(holds(cache.get(), 1));
  EXPECT_EQ(cache->stats().bytes, kFileBytes);
}

TEST(ActivationCache, ManyThreadsKeepTheBound) {
  const TempFolder folder;
  for (const char* eviction : {"none", "lru"}) {
    auto cache = open(folder.path(), 6, eviction);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int round = 0; round < 60; ++round) {
          const int i = (round * 7 + t * 3) % 17;
          const auto map = cache->find(key_of(i));
          if (!map.has_value()) {
            EXPECT_TRUE(store(cache.get(), i).ok());
          } else {
            EXPECT_EQ(map->values[3], float_to_half(map_of(i)[3]));
          }
          if (round % 10 == 0) {
            EXPECT_LE(bytes_on_disk(folder.path()), 6 * kFileBytes);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(cache->stats().bytes, bytes_on_disk(folder.path()));
    EXPECT_EQ(cache->stats().hits + cache->stats().misses, 240);
  }
}

TEST(ActivationCache, ProcessesOfOneRunShareTheBound) {
  const TempFolder folder;
  {
    auto earlier = open(folder.path(), 20);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(store(earlier.get(), i).ok());
  }
  const auto shares = [&](uint64_t max_maps) {
    std::vector<std::unique_ptr<ActivationCache>> caches;
    for (int rank = 0; rank < 3; ++rank) {
      caches.push_back(
          ActivationCache::open(folder.path(), kFrozen, max_maps * kFileBytes, "none", {rank, 3})
              .value());
    }
    return caches;
  };
  auto caches = shares(16);
  EXPECT_EQ(bytes_on_disk(folder.path()), 10 * kFileBytes) << "there was room for all";
  for (int i = 10; i < 40; ++i)
    ASSERT_TRUE(store(caches[static_cast<size_t>(i % 3)].get(), i).ok());
  EXPECT_EQ(bytes_on_disk(folder.path()), 16 * kFileBytes) << "two more each";
  for (const auto& cache : caches) {
    const uint64_t bytes = cache->stats().bytes;
    for (int i = 0; i < 13; ++i) EXPECT_TRUE(holds(cache.get(), i)) << "whoever stored it";
    EXPECT_EQ(cache->stats().bytes, bytes) << "those of others are on their books";
  }
  caches = shares(6);
  EXPECT_LE(bytes_on_disk(folder.path()), 6 * kFileBytes);
  EXPECT_GE(bytes_on_disk(folder.path()), 4 * kFileBytes);
}

TEST(ActivationCache, UnknownEvictionIsRefused) {
  const TempFolder folder;
  EXPECT_THAT(ActivationCache::open(folder.path(), kFrozen, 1, "fifo").status().message(),
              HasSubstr("'fifo'"));
  EXPECT_FALSE(ActivationCache::open("/dev/null/cache", kFrozen, 1).ok());
}

Model small_model(float first, float second) {
  Model model;
  for (const char* name : {"conv1", "conv2"}) {
    Op op;
    op.name = name;
    op.out_channels = 1;
    model.spec.network.ops.push_back(op);
  }
  model.tensors["conv1.weight"] = make_tensor({1}, std::span<const float>(&first, 1));
  model.tensors["conv2.weight"] = make_tensor({1}, std::span<const float>(&second, 1));
  return model;
}

TEST(FrozenFingerprint, CoversTheFrozenPartAndNothingBehindIt) {
  const Model model = small_model(1, 2);
  const std::string one = frozen_fingerprint(model, 1);
  EXPECT_EQ(one.size(), 64u);
  EXPECT_EQ(one, frozen_fingerprint(small_model(1, 3), 1)) << "conv2 is trained";
  EXPECT_NE(one, frozen_fingerprint(small_model(5, 2), 1));
  EXPECT_NE(one, frozen_fingerprint(model, 2));
  EXPECT_NE(frozen_fingerprint(model, 2), frozen_fingerprint(small_model(1, 3), 2));
  Model grey = model;
  grey.spec.preprocessing.mean[0] = 0.5;
  EXPECT_NE(one, frozen_fingerprint(grey, 1));
  Model pooled = model;
  pooled.spec.pooling.num_clusters = 7;
  EXPECT_EQ(one, frozen_fingerprint(pooled, 1));
}

TEST(ContentIds, FollowTheContentOfTheFile) {
  const TempFolder folder;
  ContentIds ids;
  ASSERT_TRUE(write_file(folder / "a", "one").ok());
  ASSERT_TRUE(write_file(folder / "b", "one").ok());
  const std::string one = ids.of(folder / "a").value();
  EXPECT_EQ(one, ids.of(folder / "b").value());
  EXPECT_EQ(one, ids.of(folder / "a").value());
  ASSERT_TRUE(write_file(folder / "a", "two").ok());
  EXPECT_NE(one, ids.of(folder / "a").value());
  EXPECT_EQ(ids.of(folder / "none").status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace loci::train
