// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/train/descriptor_cache.h"

#include "test_sets.h"

#include <atomic>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci::train {
namespace {

using testing::HasSubstr;

constexpr int64_t kRows = 37, kDim = 24;

DescribeRows copies_of(const Matrix& matrix) {
  return [&matrix](int64_t first, MatrixView<float> out, std::span<uint8_t>) -> Status {
    for (int64_t i = 0; i < out.rows(); ++i) {
      const auto row = matrix.row(first + i);
      std::copy(row.begin(), row.end(), out.row(i).begin());
    }
    return {};
  };
}

Status fill(const std::string& path, const Matrix& matrix, int64_t first, int64_t count) {
  LOCI_TRY(writer,
           DescriptorCacheWriter::create(path, "key", matrix.rows(), matrix.cols(), first, count));
  return refresh(std::move(writer), 5, 0, copies_of(matrix)).status();
}

std::vector<float> all_distances(const DescriptorCache& cache, int64_t row) {
  std::vector<int32_t> others(static_cast<size_t>(cache.rows()));
  std::iota(others.begin(), others.end(), 0);
  std::vector<float> d2(others.size());
  cache.squared_distances(row, others, d2);
  return d2;
}

TEST(DescriptorCache, DistancesAreThoseOfTheDescriptorsWithinHalfPrecision) {
  const TempFolder folder;
  const Matrix matrix = random_descriptors(kRows, kDim);
  ASSERT_TRUE(fill(folder / "d", matrix, 0, kRows).ok());
  const DescriptorCache cache = DescriptorCache::open({folder / "d"}, "key").value();
  EXPECT_EQ(cache.rows(), kRows);
  EXPECT_EQ(cache.dim(), kDim);
  EXPECT_EQ(cache.bytes(), 4096u + kRows * (8 + 2 * kDim));
  std::vector<float> row(kDim);
  for (int64_t i = 0; i < kRows; ++i) {
    cache.read(i, row);
    for (int64_t j = 0; j < kDim; ++j)
      EXPECT_NEAR(row[static_cast<size_t>(j)], matrix(i, j), std::abs(matrix(i, j)) / 2048 + 1e-7);
    const std::vector<float> d2 = all_distances(cache, i);
    EXPECT_EQ(d2[static_cast<size_t>(i)], 0);
    for (int64_t j = 0; j < kRows; ++j) {
      const float exact = squared_distance(matrix.row(i).data(), matrix.row(j).data(), kDim);
      EXPECT_NEAR(d2[static_cast<size_t>(j)], exact, 2e-3);
    }
  }
}

TEST(DescriptorCache, PartsOfSeveralProcessesReadAsOne) {
  const TempFolder folder;
  const Matrix matrix = random_descriptors(kRows, kDim);
  ASSERT_TRUE(fill(folder / "whole", matrix, 0, kRows).ok());
  std::vector<std::string> paths;
  for (int rank = 3; rank >= 0; --rank) {
    const Shard shard = shard_of(kRows, rank, 4);
    paths.push_back(folder / ("part" + std::to_string(rank)));
    ASSERT_TRUE(fill(paths.back(), matrix, shard.first, shard.count).ok());
  }
  const DescriptorCache whole = DescriptorCache::open({folder / "whole"}, "key").value();
  const DescriptorCache parts = DescriptorCache::open(paths, "key").value();
  for (int64_t i = 0; i < kRows; ++i) EXPECT_EQ(all_distances(whole, i), all_distances(parts, i));

  const std::vector<std::string> gap(paths.begin() + 1, paths.end());
  EXPECT_THAT(DescriptorCache::open(gap, "key").status().message(), HasSubstr("row 28 is missing"));
  paths.push_back(paths[0]);
  EXPECT_EQ(DescriptorCache::open(paths, "key").status().code(), Code::kCorrupt);
}

TEST(DescriptorCache, ShardsCoverEveryRowOnceAndDifferByOneAtMost) {
  for (const int64_t rows : {0, 1, 7, 100}) {
    for (const int ranks : {1, 2, 3, 8}) {
      int64_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const Shard shard = shard_of(rows, rank, ranks);
        EXPECT_EQ(shard.first, next);
        EXPECT_LE(std::abs(shard.count - rows / ranks), 1);
        next += shard.count;
      }
      EXPECT_EQ(next, rows);
    }
  }
}

TEST(DescriptorCache, UnreadablePhotosAreInfinitelyFar) {
  const TempFolder folder;
  const Matrix matrix = random_descriptors(kRows, kDim);
  auto writer = DescriptorCacheWriter::create(folder / "d", "key", kRows, kDim).value();
  const auto describe = [&](int64_t first, MatrixView<float> out, std::span<uint8_t> missing) {
    for (int64_t i = 0; i < out.rows(); ++i)
      missing[static_cast<size_t>(i)] = (first + i) % 10 == 3 ? 1 : 0;
    return copies_of(matrix)(first, out, missing);
  };
  EXPECT_EQ(refresh(std::move(writer), 4, 2, describe).value(), 4);
  const DescriptorCache cache = DescriptorCache::open({folder / "d"}, "key").value();
  for (int64_t i = 0; i < kRows; ++i) EXPECT_EQ(cache.has(i), i % 10 != 3);
  const std::vector<float> d2 = all_distances(cache, 0);
  for (size_t i = 0; i < d2.size(); ++i) EXPECT_EQ(std::isinf(d2[i]), i % 10 == 3) << i;
  EXPECT_TRUE(std::isinf(all_distances(cache, 3)[3]));
}

TEST(DescriptorCache, ThreadsAndBatchesGiveTheSameBytes) {
  const TempFolder folder;
  const Matrix matrix = random_descriptors(kRows, kDim);
  std::vector<uint8_t> first;
  for (const int threads : {1, 2, 4}) {
    for (const int64_t batch : {1, 7, 100}) {
      auto writer = DescriptorCacheWriter::create(folder / "d", "key", kRows, kDim).value();
      ASSERT_EQ(refresh(std::move(writer), batch, threads, copies_of(matrix)).value(), 0);
      const std::vector<uint8_t> bytes = read_file(folder / "d").value();
      if (first.empty()) first = bytes;
      EXPECT_EQ(bytes, first);
    }
  }
}

TEST(DescriptorCache, AnInterruptedRefreshLeavesTheOneBefore) {
  const TempFolder folder;
  const Matrix matrix = random_descriptors(kRows, kDim);
  ASSERT_TRUE(fill(folder / "d", matrix, 0, kRows).ok());
  const std::vector<uint8_t> before = read_file(folder / "d").value();

  auto writer = DescriptorCacheWriter::create(folder / "d", "key", kRows, kDim).value();
  const auto fails = [&](int64_t first, MatrixView<float> out, std::span<uint8_t> missing) {
    return first >= 20 ? io_error("the disk is gone") : copies_of(matrix)(first, out, missing);
  };
  EXPECT_THAT(refresh(std::move(writer), 5, 2, fails).status().message(),
              HasSubstr("disk is gone"));

  std::atomic<bool> cancel{true};
  JobControl job;
  job.cancel = &cancel;
  writer = DescriptorCacheWriter::create(folder / "d", "key", kRows, kDim).value();
  EXPECT_EQ(refresh(std::move(writer), 5, 2, copies_of(matrix), job).status().code(),
            Code::kCancelled);
  writer = DescriptorCacheWriter::create(folder / "d", "key", kRows, kDim).value();
  ASSERT_TRUE(writer.write(0, matrix.row(0)).ok());
  EXPECT_THAT(writer.commit().message(), HasSubstr("row 1 "));
  { auto given_up = std::move(writer); }
  EXPECT_EQ(read_file(folder / "d").value(), before);
  EXPECT_EQ(list_files(folder.path(), {}).value(), std::vector<std::string>{"d"});
}

TEST(DescriptorCache, DamageAndForeignFilesAreFound) {
  const TempFolder folder;
  const Matrix matrix = random_descriptors(kRows, kDim);
  const std::string path = folder / "d";
  ASSERT_TRUE(fill(path, matrix, 0, kRows).ok());
  const std::vector<uint8_t> good = read_file(path).value();
  const auto opens = [&](const std::vector<uint8_t>& bytes) {
    EXPECT_TRUE(write_file(path, bytes).ok());
    return DescriptorCache::open({path}, "key").status();
  };
  for (const size_t size : {size_t{0}, size_t{100}, size_t{4096}, good.size() - 1})
    EXPECT_EQ(opens({good.begin(), good.begin() + static_cast<int64_t>(size)}).code(),
              Code::kCorrupt);
  for (size_t at = 4096; at < good.size(); at += 61) {
    std::vector<uint8_t> flipped = good;
    flipped[at] ^= 4;
    EXPECT_THAT(opens(flipped).message(), HasSubstr("damaged")) << at;
  }
  for (size_t at = 0; at < 48; ++at) {
    std::vector<uint8_t> flipped = good;
    flipped[at] ^= 0x80;
    EXPECT_FALSE(opens(flipped).ok()) << at;
  }
  ASSERT_TRUE(opens(good).ok());
  EXPECT_THAT(DescriptorCache::open({path}, "other").status().message(), HasSubstr("'key'"));
  EXPECT_EQ(DescriptorCache::open({folder / "none"}, "key").status().code(), Code::kNotFound);
}

TEST(DescriptorCache, ImpossibleSizesAndFullDisksAreErrors) {
  const TempFolder folder;
  const auto create = [&](int64_t rows, int64_t dim) {
    return DescriptorCacheWriter::create(folder / "d", "key", rows, dim).status();
  };
  EXPECT_EQ(create(10, 0).code(), Code::kInvalidArgument);
  EXPECT_EQ(create(INT64_MAX, INT64_MAX).code(), Code::kInvalidArgument);
  EXPECT_EQ(create(int64_t{1} << 40, 32768).code(), Code::kIo) << "64 PiB";
  EXPECT_TRUE(list_files(folder.path(), {}).value().empty());
  EXPECT_FALSE(DescriptorCacheWriter::create("/dev/null/d", "key", 1, 1).ok());
  EXPECT_EQ(
      DescriptorCacheWriter::create(folder / "d", std::string(300, 'k'), 1, 1).status().code(),
      Code::kInvalidArgument);
}

TEST(DescriptorCache, ValuesThatAreNoNumbersStopTheRefresh) {
  const TempFolder folder;
  auto writer = DescriptorCacheWriter::create(folder / "d", "key", 2, 3).value();
  EXPECT_THAT(writer.write(1, std::vector<float>{0, NAN, 1}).message(), HasSubstr("image 1"));
  ASSERT_TRUE(writer.write(0, std::vector<float>{1e9f, -INFINITY, 0.5f}).ok());
  ASSERT_TRUE(writer.write(1, std::vector<float>{0, 0, 0}).ok());
  ASSERT_TRUE(writer.commit().ok());
  const DescriptorCache cache = DescriptorCache::open({folder / "d"}, "key").value();
  std::vector<float> row(3);
  cache.read(0, row);
  EXPECT_EQ(row, (std::vector<float>{65504, -65504, 0.5f}));
}

}  // namespace
}  // namespace loci::train
