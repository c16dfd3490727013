// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

#include "rotation.h"

#include "loci/base/rng.h"
#include "loci/math/half.h"

#include <bit>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> runnable;
  for (const SimdLevel level :
       {SimdLevel::kPlain, SimdLevel::kAvx2, SimdLevel::kAvx512, SimdLevel::kAvx512Vnni}) {
    if (level <= simd_level()) runnable.push_back(level);
  }
  return runnable;
}

TEST(ScanKernels, Int8ProductsAreExactAtTheExtremesAndForEveryTile) {
  Rng rng(1, "int8");
  for (const int64_t width : {int64_t{64}, int64_t{192}, int64_t{1024}}) {
    std::vector<int8_t> rows(static_cast<size_t>(7 * width));
    std::vector<uint8_t> queries(static_cast<size_t>(6 * width));
    for (int8_t& x : rows)
      x = static_cast<int8_t>(rng.chance(0.3)   ? -127
                              : rng.chance(0.5) ? 127
                                                : static_cast<int>(rng.below(255)) - 127);
    for (uint8_t& x : queries) x = static_cast<uint8_t>(rng.chance(0.5) ? 127 : rng.below(128));
    for (const SimdLevel level : levels()) {
      for (int64_t r = 1; r <= 7; ++r) {
        for (int64_t q = 1; q <= 6; ++q) {
          std::vector<int32_t> out(static_cast<size_t>(q * 8), -1);
          scan_kernels(level).dot_int8(rows.data(), r, queries.data(), q, width, out.data(), 8);
          for (int64_t i = 0; i < q; ++i) {
            for (int64_t j = 0; j < 8; ++j) {
              int32_t sum = 0;
              for (int64_t d = 0; d < width; ++d) {
                sum += static_cast<int32_t>(queries[static_cast<size_t>(i * width + d)]) *
                       rows[static_cast<size_t>(std::min(j, r - 1) * width + d)];
              }
              ASSERT_EQ(out[static_cast<size_t>(i * 8 + j)], j < r ? sum : -1);
            }
          }
        }
      }
    }
  }
}

TEST(ScanKernels, HammingCountsEveryBitEvenWhenAllDiffer) {
  Rng rng(1, "hamming");
  for (const int64_t words : {int64_t{8}, int64_t{48}, int64_t{256}}) {
    std::vector<uint64_t> rows(static_cast<size_t>(70 * words)),
        queries(static_cast<size_t>(3 * words));
    for (uint64_t& x : rows) x = rng.next();
    for (uint64_t& x : queries) x = rng.next();
    for (int64_t w = 0; w < words; ++w)
      rows[static_cast<size_t>(w)] = ~queries[static_cast<size_t>(w)];
    for (const SimdLevel level : levels()) {
      std::vector<uint16_t> out(3 * 70);
      scan_kernels(level).hamming(rows.data(), 70, queries.data(), 3, words, out.data(), 70);
      EXPECT_EQ(out[0], 64 * words);
      for (int64_t q = 0; q < 3; ++q) {
        for (int64_t r = 0; r < 70; ++r) {
          int count = 0;
          for (int64_t w = 0; w < words; ++w) {
            count += std::popcount(rows[static_cast<size_t>(r * words + w)] ^
                                   queries[static_cast<size_t>(q * words + w)]);
          }
          ASSERT_EQ(out[static_cast<size_t>(q * 70 + r)], count);
        }
      }
    }
  }
}

TEST(ScanKernels, FindUpToGivesPlacesInOrderAndStopsAtCapacity) {
  std::vector<uint16_t> values(1000, 500);
  for (size_t i = 3; i < values.size(); i += 61) values[i] = static_cast<uint16_t>(i);
  for (const SimdLevel level : levels()) {
    const ScanKernels& kernels = scan_kernels(level);
    EXPECT_EQ(kernels.min_u16(values.data(), 1000), 3);
    EXPECT_EQ(kernels.min_u16(values.data() + 4, 7), 500);
    std::vector<int32_t> found(10);
    EXPECT_EQ(kernels.find_up_to(values.data(), 1000, 125, found.data(), 10), 3);
    EXPECT_EQ(found[0], 3);
    EXPECT_EQ(found[1], 64);
    EXPECT_EQ(found[2], 125);
    EXPECT_EQ(kernels.find_up_to(values.data(), 1000, 500, found.data(), 10), 10);
  }
}

TEST(ScanKernels, HalfProductsAgreeWithFloatOnes) {
  Rng rng(1, "half");
  std::vector<float> query(256);
  std::vector<uint16_t> row(256);
  double expected = 0;
  for (size_t i = 0; i < query.size(); ++i) {
    query[i] = static_cast<float>(rng.normal());
    row[i] = float_to_half(static_cast<float>(rng.normal()));
    expected += static_cast<double>(query[i]) * static_cast<double>(half_to_float(row[i]));
  }
  for (const SimdLevel level : levels()) {
    EXPECT_NEAR(
        scan_kernels(level).dot_half(row.data(), query.data(), query.size()), expected, 1e-4);
  }
}

TEST(Rotation, KeepsDotProductsAndSpreadsPeaks) {
  for (const int64_t dim :
       {int64_t{1}, int64_t{64}, int64_t{100}, int64_t{640}, int64_t{1000}, int64_t{4096}}) {
    const Rotation rotation(dim);
    const auto width = static_cast<size_t>(rotation.width());
    EXPECT_LE(rotation.width(), std::max<int64_t>(dim + dim / 8, (dim + 63) / 64 * 64));
    Rng rng(1, "rotation");
    std::vector<float> a(static_cast<size_t>(dim)), b(a.size()), ra(width), rb(width),
        scratch(width);
    for (float& x : a) x = static_cast<float>(rng.normal());
    b[a.size() / 2] = 1;
    rotation.apply(a.data(), ra.data(), scratch.data());
    rotation.apply(b.data(), rb.data(), scratch.data());
    double dot = 0, square = 0, most = 0;
    for (size_t i = 0; i < width; ++i) {
      dot += static_cast<double>(ra[i]) * static_cast<double>(rb[i]);
      square += static_cast<double>(rb[i]) * static_cast<double>(rb[i]);
      most = std::max(most, std::abs(static_cast<double>(rb[i])));
    }
    EXPECT_NEAR(dot, a[a.size() / 2], 1e-4);
    EXPECT_NEAR(square, 1, 1e-5);
    if (dim >= 640) {
      EXPECT_LT(most, 6 / std::sqrt(static_cast<double>(dim)))
          << "one peak became many small values";
    }
  }
}

}  // namespace
}  // namespace loci::internal
