// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/keypoints.h"

#include "golden_xfeat_test.h"
#include "kernels.h"

#include "loci/base/rng.h"
#include "loci/math/vector.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

namespace loci {
namespace {

/// Maps of 4 x 4 cells where nothing is a keypoint, with descriptors that differ.
struct DrawnMaps {
  static constexpr int64_t kSide = 4;
  Matrix descriptors{kSide * kSide, 3}, logits{kSide * kSide, 65};
  std::vector<float> reliability = std::vector<float>(kSide * kSide, 1.0f);
  DrawnMaps() {
    Rng rng(1, "drawn maps");
    for (int64_t i = 0; i < kSide * kSide; ++i) {
      for (float& x : descriptors.row(i)) x = static_cast<float>(rng.normal());
      logits(i, 64) = 20;
    }
  }
  /// Makes the pixel's share of its cell e^value times that of "no keypoint".
  void put(int64_t x, int64_t y, float value) {
    const int64_t cell = y / 8 * kSide + x / 8;
    logits(cell, y % 8 * 8 + x % 8) = value;
    logits(cell, 64) = 0;
  }
  KeypointMaps maps() const {
    return {.descriptors = descriptors,
            .logits = logits,
            .reliability = reliability,
            .height = kSide,
            .width = kSide};
  }
};

struct Case {
  const char* image;
  int width, height;
};
constexpr Case kGolden[] = {{"img0", 320, 256}, {"img1", 320, 256}, {"img2", 252, 300}};

TEST(SparseKeypoints, EqualThoseOfThePublishedCode) {
  if (golden_xfeat().empty()) GTEST_SKIP() << "no golden/xfeat in LOCI_SHARED_DIR";
  for (const Case& each : kGolden) {
    const GoldenMaps golden(each.image);
    const LocatedFeatures expected = golden_features(each.image, each.width, each.height);
    const LocatedFeatures found =
        sparse_keypoints(golden.maps(), each.width, each.height, {.max_keypoints = 1000});
    EXPECT_EQ(found.keypoints.size(), expected.keypoints.size()) << each.image;
    std::map<std::pair<int, int>, int64_t> at;  // by hundredths of a pixel
    const auto key = [](const Keypoint& k) {
      return std::pair{static_cast<int>(std::lround(k.x * 100)),
                       static_cast<int>(std::lround(k.y * 100))};
    };
    for (size_t i = 0; i < found.keypoints.size(); ++i)
      at[key(found.keypoints[i])] = static_cast<int64_t>(i);
    int64_t same = 0;
    for (size_t i = 0; i < expected.keypoints.size(); ++i) {
      const auto twin = at.find(key(expected.keypoints[i]));
      if (twin == at.end()) continue;
      ++same;
      EXPECT_NEAR(found.scores[static_cast<size_t>(twin->second)], expected.scores[i], 1e-5);
      EXPECT_GE(dot(found.features.values.row(twin->second).data(),
                    expected.features.values.row(static_cast<int64_t>(i)).data(),
                    64),
                0.9999)
          << each.image << " " << i;
    }
    EXPECT_GE(static_cast<double>(same), 0.995 * static_cast<double>(expected.keypoints.size()));
    EXPECT_TRUE(std::is_sorted(found.scores.rbegin(), found.scores.rend()));
  }
}

TEST(SparseKeypoints, AProbabilityIsTheSoftmaxOfItsCellTimesReliability) {
  DrawnMaps drawn;
  drawn.put(11, 13, 2);
  std::fill(drawn.reliability.begin(), drawn.reliability.end(), 0.5f);
  const LocatedFeatures found = sparse_keypoints(drawn.maps(), 64, 32);
  ASSERT_EQ(found.keypoints.size(), 1u);
  EXPECT_EQ(found.keypoints[0].x, 22);  // the image is twice as wide as what the network saw
  EXPECT_EQ(found.keypoints[0].y, 13);
  EXPECT_EQ(found.accuracy_px, 2);
  // 63 pixels and "no keypoint" at e^0.
  const double e2 = std::exp(2.0);
  EXPECT_NEAR(found.scores[0], 0.5 * e2 / (e2 + 64), 1e-6);
}

TEST(SparseKeypoints, OnlyTheLargestOfFiveByFivePixelsIsOne) {
  DrawnMaps drawn;
  drawn.put(7, 7, 4);
  drawn.put(9, 9, 3.9f);  // of another cell, two pixels away
  drawn.put(20, 8, 4);
  drawn.put(23, 8, 3.9f);  // three pixels away
  const LocatedFeatures found = sparse_keypoints(drawn.maps(), 32, 32);
  ASSERT_EQ(found.keypoints.size(), 3u);
  EXPECT_EQ(found.keypoints[0].x, 7);
  for (const Keypoint& k : found.keypoints) EXPECT_NE(k.x, 9);
}

TEST(SparseKeypoints, TheCornerAndTheLastColumnAndRowHaveNone) {
  DrawnMaps drawn;
  drawn.put(0, 0, 6);
  drawn.put(31, 12, 6);
  drawn.put(12, 31, 6);
  EXPECT_TRUE(sparse_keypoints(drawn.maps(), 32, 32).keypoints.empty());
  drawn.put(30, 12, 7);
  EXPECT_EQ(sparse_keypoints(drawn.maps(), 32, 32).keypoints.size(), 1u);
}

TEST(SparseKeypoints, TheBestAreKept) {
  DrawnMaps drawn;
  for (int i = 0; i < 4; ++i) drawn.put(4 + 8 * i, 4, 3.0f + static_cast<float>(i));
  const LocatedFeatures found = sparse_keypoints(drawn.maps(), 32, 32, {.max_keypoints = 2});
  ASSERT_EQ(found.keypoints.size(), 2u);
  EXPECT_EQ(found.keypoints[0].x, 28);
  EXPECT_EQ(found.keypoints[1].x, 20);
  EXPECT_EQ(found.features.values.rows(), 2);
}

TEST(SparseKeypoints, EmptyMapsHaveNoneAndWrongOnesAreRefused) {
  EXPECT_TRUE(sparse_keypoints({}, 0, 0).keypoints.empty());
  DrawnMaps drawn;
  KeypointMaps maps = drawn.maps();
  maps.width = 5;
  EXPECT_THROW(sparse_keypoints(maps, 32, 32), std::invalid_argument);
  EXPECT_THROW(reliable_cells(drawn.maps(), 32, 32, -1), std::invalid_argument);
}

TEST(ReliableCells, AreTheMostReliableAtTheirMiddleWithUnitRows) {
  DrawnMaps drawn;
  for (size_t i = 0; i < drawn.reliability.size(); ++i)
    drawn.reliability[i] = i == 6 ? 0.9f : i == 13 ? 0.8f : 0.1f;
  const LocatedFeatures found = reliable_cells(drawn.maps(), 64, 32, 2);
  ASSERT_EQ(found.keypoints.size(), 2u);
  EXPECT_EQ(found.keypoints[0].x, 2.5f * 16);  // cell (2, 1)
  EXPECT_EQ(found.keypoints[0].y, 1.5f * 8);
  EXPECT_EQ(found.scores[1], 0.8f);
  EXPECT_EQ(found.accuracy_px, 8);
  std::vector<float> row(drawn.descriptors.row(6).begin(), drawn.descriptors.row(6).end());
  l2_normalize(row);
  for (size_t j = 0; j < row.size(); ++j)
    EXPECT_FLOAT_EQ(found.features.values(0, static_cast<int64_t>(j)), row[j]);
}

TEST(LocalKernels, SoftmaxAndMixturesOfEveryLevelEqualPlainLoops) {
  Rng rng(1, "local kernels");
  constexpr int64_t kCells = 5, kStride = kCells * 8;
  std::vector<float> logits(kCells * 65);
  for (float& x : logits) x = static_cast<float>(6 * rng.normal());
  Matrix rows(internal::kTaps, 70);
  std::vector<float> weights(internal::kTaps);
  const float* pointers[internal::kTaps];
  for (int64_t t = 0; t < rows.rows(); ++t) {
    for (float& x : rows.row(t)) x = static_cast<float>(rng.normal());
    weights[static_cast<size_t>(t)] = static_cast<float>(rng.normal());
    pointers[t] = rows.row(t).data();
  }
  for (const SimdLevel level :
       {SimdLevel::kPlain, SimdLevel::kAvx2, SimdLevel::kAvx512, SimdLevel::kAvx512Vnni}) {
    if (level > simd_level()) continue;
    const internal::LocalKernels& kernels = internal::local_kernels(level);
    std::vector<float> heat(kStride * 8), peaks(kCells), out(70);
    kernels.cell_softmax(logits.data(), kCells, heat.data(), kStride, peaks.data());
    for (int64_t cell = 0; cell < kCells; ++cell) {
      const float* l = logits.data() + cell * 65;
      double sum = 0, largest = 0;
      for (int i = 0; i < 65; ++i) sum += std::exp(static_cast<double>(l[i]));
      for (int i = 0; i < 64; ++i) {
        const double p = std::exp(static_cast<double>(l[i])) / sum;
        largest = std::max(largest, p);
        EXPECT_NEAR(
            heat[static_cast<size_t>(i / 8 * kStride + cell * 8 + i % 8)], p, 5e-6 * p + 1e-30);
      }
      EXPECT_NEAR(peaks[static_cast<size_t>(cell)], largest, 5e-6 * largest);
    }
    kernels.mix_rows(pointers, weights.data(), 70, out.data());
    for (int64_t j = 0; j < 70; ++j) {
      double sum = 0;
      for (int64_t t = 0; t < rows.rows(); ++t)
        sum += static_cast<double>(rows(t, j)) * weights[static_cast<size_t>(t)];
      EXPECT_NEAR(out[static_cast<size_t>(j)], sum, 1e-5);
    }
  }
}

}  // namespace
}  // namespace loci
