// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/kept_features.h"

#include "loci/base/rng.h"
#include "loci/math/half.h"
#include "loci/math/vector.h"

#include <cmath>

#include <gmock/gmock.h>

namespace loci {
namespace {

LocatedFeatures random_features(int64_t n, int64_t dim) {
  Rng rng(1, "kept features");
  LocatedFeatures f{.width = 4000, .height = 3000, .accuracy_px = 6.25};
  f.features.values = Matrix(n, dim);
  for (int64_t i = 0; i < n; ++i) {
    for (float& x : f.features.values.row(i)) x = static_cast<float>(rng.normal());
    l2_normalize(f.features.values.row(i));
    f.keypoints.push_back({.x = static_cast<float>(4000 * rng.uniform()),
                           .y = static_cast<float>(3000 * rng.uniform())});
    f.scores.push_back(static_cast<float>(rng.uniform()));
  }
  return f;
}

TEST(KeptFeatures, ADescriptorKeepsItsDirectionAndAPointItsPlace) {
  const LocatedFeatures f = random_features(200, 64);
  const KeptFeatures kept = keep(f);
  for (int64_t i = 0; i < 200; ++i) {
    double product = 0, norm = 0;
    for (int64_t j = 0; j < 64; ++j) {
      const double q = kept.descriptors(i, j);
      product += q * static_cast<double>(f.features.values(i, j));
      norm += q * q;
    }
    EXPECT_GT(product / std::sqrt(norm), 0.9998);
    const Keypoint at = place_of(kept, i);
    EXPECT_NEAR(at.x, f.keypoints[static_cast<size_t>(i)].x, 4000.0 / 131'070 + 1e-3);
    EXPECT_NEAR(at.y, f.keypoints[static_cast<size_t>(i)].y, 3000.0 / 131'070 + 1e-3);
    EXPECT_NEAR(half_to_float(kept.points[static_cast<size_t>(i)].score),
                f.scores[static_cast<size_t>(i)],
                5e-4);
  }
}

TEST(KeptFeatures, TheDefaultNumberTakesLessThanFortyKilobytesAndComesBackWhole) {
  const KeptFeatures kept = keep(random_features(560, 64));
  const std::vector<uint8_t> bytes = pack(kept);
  EXPECT_LT(bytes.size(), 40'000u);
  const KeptFeatures back = unpack_kept(bytes, "test").value();
  EXPECT_EQ(pack(back), bytes);
  EXPECT_EQ(back.width, 4000);
  EXPECT_EQ(back.height, 3000);
  EXPECT_EQ(back.accuracy_px, 6.25);
  EXPECT_EQ(back.descriptors(559, 63), kept.descriptors(559, 63));
  EXPECT_EQ(back.points[559].y, kept.points[559].y);
}

TEST(KeptFeatures, NoFeaturesAndAnAllZeroRowAreKept) {
  const KeptFeatures none = unpack_kept(pack(keep({})), "test").value();
  EXPECT_EQ(none.points.size(), 0u);
  LocatedFeatures zero{.keypoints = {{.x = 5, .y = -1}}, .width = 4, .height = 4};
  zero.features.values = Matrix(1, 8);
  const KeptFeatures kept = keep(zero);
  EXPECT_EQ(kept.descriptors(0, 0), 0);
  EXPECT_EQ(place_of(kept, 0).x, 4);  // what lies outside comes to the edge
  EXPECT_EQ(place_of(kept, 0).y, 0);
}

TEST(KeptFeatures, BytesThatAreCutOrChangedAreRefused) {
  const std::vector<uint8_t> bytes = pack(keep(random_features(3, 8)));
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_EQ(unpack_kept({bytes.data(), length}, "test").status().code(), Code::kCorrupt);
  const auto changed = [&](size_t at, uint8_t value) {
    std::vector<uint8_t> other = bytes;
    other[at] = value;
    return unpack_kept(other, "photo 7").status();
  };
  EXPECT_EQ(changed(0, 0).code(), Code::kCorrupt);
  EXPECT_EQ(changed(0, 2).code(), Code::kUnsupported);
  EXPECT_THAT(changed(0, 2).message(), testing::HasSubstr("photo 7"));
  EXPECT_EQ(changed(1, 1).code(), Code::kCorrupt);
  EXPECT_EQ(changed(2, 9).code(), Code::kCorrupt);                    // dimensions
  EXPECT_EQ(changed(4, 2).code(), Code::kCorrupt);                    // features
  EXPECT_EQ(changed(7, 0xff).code(), Code::kCorrupt);                 // accuracy: not finite
  EXPECT_EQ(changed(11, 0xff).code(), Code::kCorrupt);                // width
  EXPECT_EQ(changed(bytes.size() - 1, 0x7c).code(), Code::kCorrupt);  // a score: infinite
}

TEST(KeptFeatures, WhatIsNotAFeatureSetBreaksTheContract) {
  LocatedFeatures f = random_features(3, 8);
  f.keypoints.pop_back();
  EXPECT_THROW(keep(f), std::invalid_argument);
  f = random_features(3, 8);
  f.width = 0;
  EXPECT_THROW(keep(f), std::invalid_argument);
}

}  // namespace
}  // namespace loci
