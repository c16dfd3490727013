// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/attribution.h"

#include "test_support.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace loci {
namespace {

constexpr int64_t kFeatures = 30, kDim = 12, kClusters = 5;

TensorMap vlad_tensors() {
  TensorMap tensors;
  tensors["pooling.weight"] = make_tensor(random_matrix(1, kClusters, kDim, 2));
  tensors["pooling.centers"] = make_tensor(random_matrix(2, kClusters, kDim, 0.5));
  return tensors;
}

double sum(const std::vector<double>& parts) {
  return std::accumulate(parts.begin(), parts.end(), 0.0);
}

double dot_of(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void expect_parts_sum_to_the_score(const PoolingSpec& spec, const TensorMap& tensors) {
  const Matrix a = random_matrix(3, kFeatures, kDim), b = random_matrix(4, kFeatures + 7, kDim);
  const Attribution taken =
      attribute_score(spec, tensors, ConstMatrixView(a), ConstMatrixView(b)).value();
  const auto layer = Pooling::create(spec, tensors, kDim).value();
  const double score = dot_of(pooled(*layer, a), pooled(*layer, b));
  EXPECT_NEAR(taken.score, score, 1e-5);
  ASSERT_EQ(taken.first.size(), static_cast<size_t>(a.rows()));
  ASSERT_EQ(taken.second.size(), static_cast<size_t>(b.rows()));
  EXPECT_NEAR(sum(taken.first), score, 1e-5);
  EXPECT_NEAR(sum(taken.second), score, 1e-5);
  if (!taken.cluster_agreement.empty()) {
    EXPECT_NEAR(sum(taken.cluster_agreement), score, 1e-5);
  }
}

TEST(Attribution, PartsOfAVladScoreSumToItUnderEveryNormalisation) {
  for (const char* type : {"netvlad", "vlad"}) {
    for (int bits = 0; bits < 16; ++bits) {
      PoolingSpec spec{.type = type};
      spec.normalize_features = (bits & 1) != 0;
      spec.intra_norm = (bits & 2) != 0;
      spec.final_norm = true;
      spec.signed_sqrt = (bits & 4) != 0;
      spec.dimension_outer = (bits & 8) != 0;
      SCOPED_TRACE(std::string(type) + " " + std::to_string(bits));
      expect_parts_sum_to_the_score(spec, vlad_tensors());
    }
  }
}

TEST(Attribution, PartsOfColumnPoolingsSumToTheScore) {
  for (const char* type : {"gem", "mean", "max"}) {
    SCOPED_TRACE(type);
    expect_parts_sum_to_the_score(PoolingSpec{.type = type}, {});
  }
}

TEST(Attribution, AssignmentIsADistributionAndHardForVlad) {
  const Matrix a = random_matrix(5, kFeatures, kDim);
  for (const char* type : {"netvlad", "vlad"}) {
    const Attribution taken =
        attribute_score(
            PoolingSpec{.type = type}, vlad_tensors(), ConstMatrixView(a), ConstMatrixView(a))
            .value();
    ASSERT_EQ(taken.first_assignment.rows(), kFeatures);
    ASSERT_EQ(taken.first_assignment.cols(), kClusters);
    for (int64_t i = 0; i < kFeatures; ++i) {
      double total = 0;
      for (const float v : taken.first_assignment.row(i)) {
        total += v;
        if (std::string(type) == "vlad") {
          EXPECT_TRUE(v == 0 || v == 1);
        }
      }
      EXPECT_NEAR(total, 1, 1e-5);
    }
    EXPECT_NEAR(taken.score, 1, 1e-5);
  }
}

TEST(Attribution, AFeatureOfAClusterThatTheOtherImageLacksGivesNothing) {
  // Worked by hand: both images share two features beside the cluster at (1, 0); the first has a
  // third beside the one at (-1, 0), where the second has none.
  TensorMap tensors;
  Matrix centers(2, 2), a(3, 2), b(2, 2);
  centers(0, 0) = 1;
  centers(1, 0) = -1;
  for (int64_t i = 0; i < 2; ++i) {
    a(i, 0) = b(i, 0) = 1;
    a(i, 1) = b(i, 1) = i == 0 ? 0.6f : 0.2f;
  }
  a(2, 0) = -1;
  a(2, 1) = 0.6f;
  tensors["pooling.weight"] = make_tensor(centers);
  tensors["pooling.centers"] = make_tensor(centers);
  PoolingSpec spec{.type = "vlad"};
  spec.normalize_features = false;
  const Attribution taken =
      attribute_score(spec, tensors, ConstMatrixView(a), ConstMatrixView(b)).value();
  // Intra-normalised parts (0, 1) and (0, 1) of the first, (0, 1) and nothing of the second.
  EXPECT_NEAR(taken.score, std::sqrt(0.5), 1e-6);
  EXPECT_NEAR(taken.first[0], 0.75 * std::sqrt(0.5), 1e-6);
  EXPECT_NEAR(taken.first[1], 0.25 * std::sqrt(0.5), 1e-6);
  EXPECT_NEAR(taken.first[2], 0, 1e-6);
  EXPECT_NEAR(taken.cluster_agreement[1], 0, 1e-6);
}

TEST(Attribution, PoolingsThatAreNoSumAreRefusedByName) {
  const Matrix a = random_matrix(7, 4, kDim);
  const auto refused =
      attribute_score(PoolingSpec{.type = "mixvpr"}, {}, ConstMatrixView(a), ConstMatrixView(a));
  EXPECT_EQ(refused.status().code(), Code::kUnsupported);
  EXPECT_NE(refused.status().message().find("mixvpr"), std::string::npos);
}

}  // namespace
}  // namespace loci
