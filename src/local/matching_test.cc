// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/local/matching.h"

#include "golden_xfeat_test.h"
#include "kernels.h"

#include "loci/base/rng.h"
#include "loci/local/kept_features.h"
#include "loci/math/vector.h"

#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr MatchOptions kAll{.min_similarity = -1};

using Pairs = std::set<std::pair<int64_t, int64_t>>;

Pairs pairs(const std::vector<FeatureMatch>& matches) {
  Pairs out;
  for (const FeatureMatch& match : matches) out.emplace(match.first, match.second);
  return out;
}

Matrix unit_rows(int64_t rows, int64_t cols, uint64_t seed) {
  Rng rng(seed, "unit rows");
  Matrix m(rows, cols);
  for (int64_t i = 0; i < rows; ++i) {
    for (float& x : m.row(i)) x = static_cast<float>(rng.normal());
    l2_normalize(m.row(i));
  }
  return m;
}

MatrixOf<int8_t> bytes(const Matrix& rows) {
  LocatedFeatures f{.keypoints = std::vector<Keypoint>(static_cast<size_t>(rows.rows())),
                    .width = 1,
                    .height = 1};
  f.features.values = rows;
  return keep(f).descriptors;
}

/// The definition, in plain loops.
Pairs by_definition(const Matrix& similar, const MatchOptions& options) {
  Pairs out;
  for (int64_t i = 0; i < similar.rows(); ++i) {
    int64_t best = 0, back = 0;
    for (int64_t j = 1; j < similar.cols(); ++j)
      if (similar(i, j) > similar(i, best)) best = j;
    for (int64_t k = 1; k < similar.rows(); ++k)
      if (similar(k, best) > similar(back, best)) back = k;
    float second = -3;
    for (int64_t j = 0; j < similar.cols(); ++j)
      if (j != best) second = std::max(second, similar(i, j));
    if (back != i || static_cast<double>(similar(i, best)) <= options.min_similarity) continue;
    if (std::sqrt(2 - 2 * similar(i, best)) >
        static_cast<float>(options.max_ratio) * std::sqrt(2 - 2 * second)) {
      continue;
    }
    out.emplace(i, best);
  }
  return out;
}

template <class T>
Matrix cosines(const MatrixOf<T>& a, const MatrixOf<T>& b) {
  Matrix out(a.rows(), b.rows());
  for (int64_t i = 0; i < a.rows(); ++i) {
    for (int64_t j = 0; j < b.rows(); ++j) {
      double ab = 0, aa = 0, bb = 0;
      for (int64_t k = 0; k < a.cols(); ++k) {
        const auto x = static_cast<double>(a(i, k)), y = static_cast<double>(b(j, k));
        ab += x * y, aa += x * x, bb += y * y;
      }
      out(i, j) = static_cast<float>(ab / std::sqrt(aa * bb));
    }
  }
  return out;
}

TEST(MutualMatches, OnlyMutualNearestNeighboursAreMatchedBestFirst) {
  // a0 is nearest to b0 and the other way round; a1 is nearest to b0 as well, but not chosen back.
  Matrix a(3, 2), b(2, 2);
  a(0, 0) = 1;
  a(1, 0) = 0.9f, a(1, 1) = 0.4359f;
  b(0, 0) = 0.995f, b(0, 1) = 0.0999f;
  b(1, 1) = -1;  // the third of a, all zero, is nearest to it by default
  for (const auto& matches :
       {mutual_matches(a, b, kAll), mutual_matches(bytes(a), bytes(b), kAll)}) {
    ASSERT_EQ(matches.size(), 1u);
    EXPECT_EQ(matches[0].first, 0);
    EXPECT_EQ(matches[0].second, 0);
    EXPECT_NEAR(matches[0].similarity, 0.995, 1e-3);
  }
}

TEST(MutualMatches, RatioTestDropsWhatHasARival) {
  Matrix a(1, 2), b(2, 2);
  a(0, 0) = 1;
  b(0, 0) = 0.99f, b(0, 1) = 0.1411f;
  b(1, 0) = 0.98f, b(1, 1) = 0.199f;
  const auto with = [&](double ratio) { return mutual_matches(a, b, {.max_ratio = ratio}).size(); };
  EXPECT_EQ(with(1), 1u);
  EXPECT_EQ(with(0.9), 1u);  // 0.141 / 0.2 = 0.71
  EXPECT_EQ(with(0.6), 0u);
  EXPECT_TRUE(mutual_matches(Matrix(), b).empty());
}

TEST(MutualMatches, EqualThePlainLoopsForEverySizeAndType) {
  for (const auto& [n1, n2, dim] : std::initializer_list<std::array<int64_t, 3>>{
           {1, 1, 1}, {5, 17, 63}, {33, 16, 64}, {129, 70, 64}, {70, 131, 130}}) {
    Matrix a = unit_rows(n1, dim, 1);
    const Matrix b = unit_rows(n2, dim, 2);
    for (int64_t i = 0; i < std::min(n1, n2); i += 2) {  // some are the same but for noise
      for (int64_t k = 0; k < dim; ++k) a(i, k) = b(n2 - 1 - i, k) + 0.2f * a(i, k);
      l2_normalize(a.row(i));
    }
    const MatrixOf<int8_t> a8 = bytes(a), b8 = bytes(b);
    for (const MatchOptions& options :
         {kAll, MatchOptions{}, MatchOptions{.min_similarity = 0.1, .max_ratio = 0.8}}) {
      EXPECT_EQ(pairs(mutual_matches(a, b, options)), by_definition(cosines(a, b), options));
      EXPECT_EQ(pairs(mutual_matches(a8, b8, options)), by_definition(cosines(a8, b8), options));
    }
  }
}

TEST(MutualMatches, OfEqualFeaturesTheFirstAreChosen) {
  Matrix a(3, 2), b(40, 2);
  for (int64_t i = 0; i < 3; ++i) a(i, 0) = 1;
  for (int64_t j = 0; j < 40; ++j) b(j, j < 20 ? 1 : 0) = 1;
  EXPECT_EQ(pairs(mutual_matches(a, b)), (Pairs{{0, 20}}));
  EXPECT_EQ(pairs(mutual_matches(bytes(a), bytes(b))), (Pairs{{0, 20}}));
}

TEST(MutualMatches, OfTheGoldenDescriptorsAreThoseOfThePublishedCode) {
  if (golden_xfeat().empty()) GTEST_SKIP() << "no golden/xfeat in LOCI_SHARED_DIR";
  const Matrix a = golden_matrix("img0_descriptors"), b = golden_matrix("img1_descriptors");
  const MatrixOf<int8_t> a8 = bytes(a), b8 = bytes(b);
  for (const auto& [name, least] : {std::pair{"matches01_all", -1.0}, {"matches01_cos082", 0.82}}) {
    const Matrix rows = golden_matrix(name);
    Pairs expected;
    for (int64_t i = 0; i < rows.rows(); ++i)
      expected.emplace(std::lround(rows(i, 0)), std::lround(rows(i, 1)));
    const auto shared = [&](const std::vector<FeatureMatch>& found) {
      int64_t same = 0;
      for (const FeatureMatch& match : found)
        same += expected.contains({match.first, match.second});
      return static_cast<double>(same) /
             static_cast<double>(std::max(found.size(), expected.size()));
    };
    const MatchOptions options{.min_similarity = least};
    EXPECT_GE(shared(mutual_matches(a, b, options)), 0.99) << name;
    EXPECT_GE(shared(mutual_matches(a8, b8, options)), 0.95) << name << ", int8";
  }
}

TEST(MutualMatches, DifferentWidthsBreakTheContract) {
  EXPECT_THROW(mutual_matches(Matrix(1, 2), Matrix(1, 3)), std::invalid_argument);
  EXPECT_THROW(mutual_matches(MatrixOf<int8_t>(1, 2), MatrixOf<int8_t>(1, 3)),
               std::invalid_argument);
}

TEST(LocalKernels, Int8SimilaritiesOfEveryLevelAreExact) {
  constexpr int64_t kRows = 11, kCols = 37, kDim = 66;
  Rng rng(1, "int8 similarities");
  MatrixOf<int8_t> a(kRows, kDim), b(kCols, kDim);
  for (size_t i = 0; i < a.size(); ++i)
    a.data()[i] = static_cast<int8_t>(i == 0 ? -128 : i < 9 ? -127 : rng.below(255) - 127);
  for (size_t i = 0; i < b.size(); ++i)
    b.data()[i] = static_cast<int8_t>(i < 9 ? 127 : rng.below(255) - 127);
  for (const SimdLevel level :
       {SimdLevel::kPlain, SimdLevel::kAvx2, SimdLevel::kAvx512, SimdLevel::kAvx512Vnni}) {
    if (level > simd_level()) continue;
    const internal::LocalKernels& kernels = internal::local_kernels(level);
    const int64_t panels = (kCols + kernels.panel - 1) / kernels.panel;
    const int64_t steps = kernels.steps(kDim), stride = panels * kernels.panel;
    std::vector<int32_t> first(static_cast<size_t>(kRows * steps)),
        second(static_cast<size_t>(stride * steps)), start(static_cast<size_t>(stride));
    std::vector<float> out(static_cast<size_t>(kRows * stride)),
        ones(static_cast<size_t>(std::max(kRows, stride)), 1.0f);
    kernels.pack_first(a.data(), kDim, kRows, kDim, first.data());
    kernels.pack_second(b.data(), kDim, kCols, kDim, second.data(), start.data());
    kernels.similarities(first.data(),
                         ones.data(),
                         kRows,
                         second.data(),
                         start.data(),
                         ones.data(),
                         panels,
                         kDim,
                         out.data(),
                         stride);
    for (int64_t i = 0; i < kRows; ++i) {
      for (int64_t j = 0; j < kCols; ++j) {
        int32_t sum = 0;
        for (int64_t k = 0; k < kDim; ++k) sum += static_cast<int32_t>(a(i, k)) * b(j, k);
        EXPECT_EQ(out[static_cast<size_t>(i * stride + j)], static_cast<float>(sum));
      }
    }
  }
}

}  // namespace
}  // namespace loci
