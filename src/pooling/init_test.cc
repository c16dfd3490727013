// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/init.h"

#include "test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

Matrix matrix_of(const NpyArray& array) {
  TensorMap tensors{{"m", tensor_of(array, 2)}};
  return find_matrix(tensors, "m", -1, -1).value();
}

/// 1e-5 relative, as the case states for initial weights.
void expect_close(const Tensor& got, const std::string& file) {
  const NpyArray expected = golden(file);
  const std::vector<float> values = got.to_floats();
  ASSERT_EQ(values.size(), expected.values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(values[i], expected.values[i], 1e-5 * std::max(1e-3, std::fabs(expected.values[i])))
        << file << " " << i;
  }
}

TEST(NetvladFromClusters, AgreesWithTheReleasedCode) {
  LOCI_NEEDS_SHARED_DATA();
  const Matrix centers = matrix_of(golden("nanne/init/clusters.npy"));
  const Matrix sample = matrix_of(golden("nanne/init/descriptors.npy"));
  const TensorMap v1 = netvlad_from_clusters(centers, sample, false).value();
  expect_close(v1.at("pooling.weight"), "nanne/init/relja_v1_weight.npy");
  expect_close(v1.at("pooling.weight"), "nanne/init/nanne_v1_weight.npy");
  expect_close(v1.at("pooling.weight"), "nanne/init/octave_relja_v1_weight.npy");
  expect_close(v1.at("pooling.centers"), "nanne/init/clusters.npy");
  EXPECT_FALSE(v1.contains("pooling.bias"));
  const TensorMap v2 = netvlad_from_clusters(centers, sample, true).value();
  expect_close(v2.at("pooling.weight"), "nanne/init/relja_v2_weight.npy");
  expect_close(v2.at("pooling.bias"), "nanne/init/relja_v2_bias.npy");
  expect_close(v2.at("pooling.weight"), "nanne/init/octave_relja_v2_weight.npy");
  expect_close(v2.at("pooling.bias"), "nanne/init/octave_relja_v2_bias.npy");
}

/// alpha = |w_k| of the first version; |w_k| / (2 |c_k|) of the second.
TEST(NetvladFromClusters, AlphaIsThatOfTheMatlabNetworks) {
  LOCI_NEEDS_SHARED_DATA();
  const Matrix sample = matrix_of(golden("relja_mat_v1/init_descs_sample.npy"));
  const auto alpha = [&](const std::string& folder, bool v2) {
    const Matrix centers = matrix_of(golden(folder + "/init_clusters.npy"));
    const TensorMap layer = netvlad_from_clusters(centers, sample, v2).value();
    const std::vector<float> w = layer.at("pooling.weight").to_floats();
    const std::vector<float> first(w.begin(), w.begin() + centers.cols());
    const std::vector<float> center(centers.row(0).begin(), centers.row(0).end());
    return v2 ? norm(first) / (2 * norm(center)) : norm(first);
  };
  EXPECT_NEAR(alpha("relja_mat_v1", false), 30.80319917560234, 3e-4);
  EXPECT_NEAR(alpha("relja_mat_v2", true), 17.071605604136977, 2e-4);
}

TEST(NetvladFromClusters, WorkedByHand) {
  Matrix centers(2, 2), sample(1, 2);
  centers(0, 0) = 2;
  centers(1, 1) = 1;
  sample(0, 0) = 3;  // v1: products 1 and 0; v2: squared distances 1 and 10
  const double log_ratio = std::log(100.0);
  const std::vector<float> v1 =
      netvlad_from_clusters(centers, sample, false)->at("pooling.weight").to_floats();
  EXPECT_THAT(v1,
              testing::ElementsAre(testing::FloatEq(static_cast<float>(log_ratio)),
                                   0,
                                   0,
                                   testing::FloatEq(static_cast<float>(log_ratio))));
  const TensorMap v2 = netvlad_from_clusters(centers, sample, true).value();
  EXPECT_FLOAT_EQ(v2.at("pooling.weight").to_floats()[0], static_cast<float>(4 * log_ratio / 9));
  EXPECT_FLOAT_EQ(v2.at("pooling.bias").to_floats()[0], static_cast<float>(-4 * log_ratio / 9));
}

TEST(NetvladFromClusters, RefusesWhatHasNoAlpha) {
  const Matrix centers = random_matrix(1, 3, 4), sample = random_matrix(2, 9, 4);
  const auto code = [](ConstMatrixView c, ConstMatrixView s, bool v2) {
    return netvlad_from_clusters(c, s, v2).status().code();
  };
  for (const bool v2 : {false, true}) {
    EXPECT_EQ(code(centers, sample, v2), Code::kOk);
    EXPECT_EQ(code(centers.view().rows_from(0, 1), sample, v2), Code::kInvalidArgument);
    EXPECT_EQ(code(centers, Matrix(0, 4), v2), Code::kInvalidArgument);
    EXPECT_EQ(code(centers, random_matrix(3, 9, 5), v2), Code::kInvalidArgument);
    Matrix twins(2, 4), nan = sample;
    twins(0, 0) = twins(1, 0) = 1;
    nan(1, 1) = NAN;
    EXPECT_EQ(code(twins, sample, v2), Code::kInvalidArgument);
    EXPECT_EQ(code(centers, nan, v2), Code::kInvalidArgument);
  }
  EXPECT_EQ(code(Matrix(2, 4), sample, false), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
