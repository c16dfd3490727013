// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "netvlad.h"

#include "test_support.h"

#include "loci/pooling/netvlad_reference.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

TensorMap layer_tensors(ConstMatrixView weight, ConstMatrixView centers) {
  return {{"pooling.weight", make_tensor(weight)}, {"pooling.centers", make_tensor(centers)}};
}

TEST(NetVlad, WorkedByHand) {
  Matrix weight(2, 1), centers(2, 1), x(2, 1);
  centers(0, 0) = 1;
  centers(1, 0) = 3;
  x(0, 0) = 4;
  x(1, 0) = 8;  // weights are 0, so every assignment is 1/2
  const PoolingSpec raw{.normalize_features = false, .intra_norm = false, .final_norm = false};
  const auto layer = Pooling::create(raw, layer_tensors(weight, centers), 1).value();
  EXPECT_THAT(pooled(*layer, x.view()),
              testing::ElementsAre(5, 3));  // (4 - 1 + 8 - 1) / 2, (4 - 3 + 8 - 3) / 2
}

TEST(Vlad, WorkedByHand) {
  Matrix centers(2, 2), x(3, 2);
  centers(1, 0) = 10;
  x(0, 0) = 1;
  x(1, 1) = 2;
  x(2, 0) = 9;
  const PoolingSpec raw{
      .type = "vlad", .normalize_features = false, .intra_norm = false, .final_norm = false};
  const auto layer = Pooling::create(raw, {{"pooling.centers", make_tensor(centers)}}, 2).value();
  EXPECT_THAT(pooled(*layer, x.view()), testing::ElementsAre(1, 2, -1, 0));
}

TEST(Vlad, FeatureBetweenTwoCentersGoesToTheLowerIndex) {
  Matrix centers(2, 1), x(1, 1);
  centers(0, 0) = -1;
  centers(1, 0) = 1;
  const PoolingSpec raw{
      .type = "vlad", .normalize_features = false, .intra_norm = false, .final_norm = false};
  const auto layer = Pooling::create(raw, {{"pooling.centers", make_tensor(centers)}}, 1).value();
  EXPECT_THAT(pooled(*layer, x.view()), testing::ElementsAre(1, 0));
}

struct Size {
  int64_t n, dim, clusters;
};
class NetVladSizes : public testing::TestWithParam<Size> {};
INSTANTIATE_TEST_SUITE_P(NetVlad,
                         NetVladSizes,
                         testing::Values(Size{0, 5, 3},
                                         Size{1, 1, 1},
                                         Size{7, 33, 64},
                                         Size{80, 128, 2},
                                         Size{81, 31, 33},
                                         Size{403, 300, 65},
                                         Size{1200, 128, 64},
                                         Size{4500, 16, 7}));

TEST_P(NetVladSizes, FusedLayerAgreesWithThePlainLoops) {
  const auto [n, dim, clusters] = GetParam();
  const Matrix x = random_matrix(1, n, dim, 3), weight = random_matrix(2, clusters, dim, 5);
  const Matrix centers = random_matrix(3, clusters, dim, 0.2);
  std::vector<float> bias(static_cast<size_t>(clusters));
  Rng rng(4);
  for (float& b : bias) b = static_cast<float>(rng.normal());
  TensorMap tensors = layer_tensors(weight, centers);
  tensors["pooling.bias"] = make_tensor({clusters}, std::span<const float>(bias));
  for (const bool dimension_outer : {false, true}) {
    const PoolingSpec spec{.signed_sqrt = dimension_outer, .dimension_outer = dimension_outer};
    const NetvladReference reference = netvlad_reference(spec, x, weight, bias, centers);
    for (const internal::PoolingKernels& kernels : all_kernels()) {
      const auto layer = internal::make_netvlad(spec, tensors, dim, kernels.netvlad).value();
      EXPECT_LE(difference(pooled(*layer, x.view()), reference.descriptor), 2e-6);
    }
  }
}

TEST_P(NetVladSizes, BitsDoNotDependOnTheNumberOfThreads) {
  const auto [n, dim, clusters] = GetParam();
  const Matrix x = random_matrix(1, n, dim), weight = random_matrix(2, clusters, dim, 5);
  for (const char* type : {"netvlad", "vlad"}) {
    for (const bool dimension_outer : {false, true}) {
      const PoolingSpec spec{.type = type, .dimension_outer = dimension_outer};
      const auto layer = Pooling::create(spec, layer_tensors(weight, weight), dim).value();
      const std::vector<float> one = pooled(*layer, x.view(), 1);
      EXPECT_EQ(one, pooled(*layer, x.view(), 2));
      EXPECT_EQ(one, pooled(*layer, x.view(), 3));
    }
  }
}

TEST(NetVlad, OrderOfTheFeaturesDoesNotMatter) {
  const Matrix x = random_matrix(1, 700, 40), weight = random_matrix(2, 16, 40, 4);
  const auto layer = Pooling::create({}, layer_tensors(weight, weight), 40).value();
  std::vector<int64_t> order(700);
  std::iota(order.begin(), order.end(), 0);
  Rng(3).shuffle(order);
  Matrix shuffled(700, 40);
  for (int64_t i = 0; i < 700; ++i) {
    std::ranges::copy(x.row(order[static_cast<size_t>(i)]), shuffled.row(i).begin());
  }
  EXPECT_LE(difference(pooled(*layer, x.view()), pooled(*layer, shuffled.view())), 1e-6);
}

TEST(NetVlad, AlphaToInfinityGivesHardVlad) {
  const Matrix x = random_matrix(1, 300, 24), weight = random_matrix(2, 8, 24),
               centers = random_matrix(3, 8, 24);
  Matrix steep = weight;
  for (size_t i = 0; i < steep.size(); ++i) steep.data()[i] *= 1e6f;
  const auto soft = Pooling::create({}, layer_tensors(weight, centers), 24).value();
  const auto hard = Pooling::create({.type = "vlad"}, layer_tensors(weight, centers), 24).value();
  const auto limit = Pooling::create({}, layer_tensors(steep, centers), 24).value();
  EXPECT_LE(difference(pooled(*limit, x.view()), pooled(*hard, x.view())), 1e-6);
  EXPECT_GT(difference(pooled(*soft, x.view()), pooled(*hard, x.view())), 1e-3);
}

TEST(NetVlad, DescriptorHasUnitNorm) {
  const Matrix weight = random_matrix(2, 64, 128, 4);
  const auto layer = Pooling::create({}, layer_tensors(weight, weight), 128).value();
  for (const double size :
       {1e-20, 1e-3, 1.0, 1e15}) {  // squares of the outer two leave float32's range
    EXPECT_NEAR(norm(pooled(*layer, random_matrix(1, 90, 128, size).view())), 1, 1e-5) << size;
  }
}

TEST(NetVlad, NoFeaturesGiveZeros) {
  const Matrix weight = random_matrix(2, 3, 5);
  for (const char* type : {"netvlad", "vlad"}) {
    const auto layer = Pooling::create({.type = type}, layer_tensors(weight, weight), 5).value();
    EXPECT_THAT(pooled(*layer, Matrix(0, 5).view()), testing::Each(0.0f));
  }
}

TEST(NetVlad, FeaturesOfAWiderMatrixGiveTheSame) {
  const Matrix wide = random_matrix(1, 60, 50), weight = random_matrix(2, 5, 20);
  Matrix narrow(60, 20);
  for (int64_t i = 0; i < 60; ++i) std::ranges::copy(wide.row(i).first(20), narrow.row(i).begin());
  const auto layer = Pooling::create({}, layer_tensors(weight, weight), 20).value();
  EXPECT_EQ(pooled(*layer, ConstMatrixView(wide.data(), 60, 20, 50)),
            pooled(*layer, narrow.view()));
}

TEST(NetVlad, WeightOfTwoCountsAFeatureTwice) {
  const Matrix x = random_matrix(1, 90, 20), weight = random_matrix(2, 5, 20);
  Matrix twice(100, 20);
  std::vector<float> weights(90, 1.0f);
  for (int64_t i = 0; i < 90; ++i) std::ranges::copy(x.row(i), twice.row(i).begin());
  for (int64_t i = 0; i < 10; ++i) {
    std::ranges::copy(x.row(i), twice.row(90 + i).begin());
    weights[static_cast<size_t>(i)] = 2;
  }
  for (const char* type : {"netvlad", "vlad"}) {
    const auto layer = Pooling::create({.type = type}, layer_tensors(weight, weight), 20).value();
    FeaturesView weighted(x.view());
    weighted.weights = weights;
    std::vector<float> out(100);
    layer->pool(weighted, out);
    const std::vector<float> expected = pooled(*layer, twice.view());
    for (size_t i = 0; i < out.size(); ++i) EXPECT_NEAR(out[i], expected[i], 1e-5) << type;
  }
}

TEST(NetVlad, NanFeatureIsNotHidden) {
  Matrix x = random_matrix(1, 10, 8);
  x(3, 2) = NAN;
  const Matrix weight = random_matrix(2, 4, 8);
  const auto layer = Pooling::create({}, layer_tensors(weight, weight), 8).value();
  EXPECT_TRUE(std::isnan(norm(pooled(*layer, x.view()))));
}

TEST(NetVlad, DamagedTensorsAreNamed) {
  const Matrix weight = random_matrix(2, 4, 8);
  const auto message = [](const TensorMap& tensors, int64_t dim, int clusters = 0) {
    return Pooling::create({.num_clusters = clusters}, tensors, dim).status().to_string();
  };
  TensorMap tensors = layer_tensors(weight, weight);
  EXPECT_THAT(
      message(tensors, 9),
      testing::AllOf(testing::StartsWith("Corrupt"), testing::HasSubstr("pooling.centers")));
  EXPECT_THAT(message(tensors, 8, 5), testing::HasSubstr("pooling.centers"));
  tensors["pooling.weight"] = make_tensor(random_matrix(1, 3, 8));
  EXPECT_THAT(message(tensors, 8),
              testing::AllOf(testing::StartsWith("Corrupt"), testing::HasSubstr("pooling.weight")));
  Matrix bad = weight;
  bad(1, 1) = INFINITY;
  EXPECT_THAT(message(layer_tensors(bad, weight), 8), testing::HasSubstr("not finite"));
  EXPECT_THAT(message({}, 8), testing::StartsWith("NotFound"));
}

TEST(Pooling, UnknownTypeIsRefusedByName) {
  const Status status = Pooling::create({.type = "median"}, {}, 8).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  EXPECT_THAT(status.message(), testing::HasSubstr("median"));
}

}  // namespace
}  // namespace loci
