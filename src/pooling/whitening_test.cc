// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/whitening.h"

#include "test_support.h"

#include "loci/math/half.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

TensorMap whitening_tensors(int64_t rows, int64_t cols) {
  const Matrix bias = random_matrix(2, 1, rows);
  return {{"whitening.weight", make_tensor(random_matrix(1, rows, cols, 0.05))},
          {"whitening.bias", make_tensor({rows}, bias.row(0))}};
}

Matrix applied(const Whitening& layer, ConstMatrixView in, int num_threads = 1) {
  Matrix out(in.rows(), layer.output_dim());
  layer.apply(in, out, num_threads);
  return out;
}

std::vector<double> exact(const TensorMap& tensors, std::span<const float> x) {
  const Matrix w = find_matrix(tensors, "whitening.weight", -1, -1).value();
  const std::vector<float> bias = find_vector(tensors, "whitening.bias", w.rows()).value();
  std::vector<double> y;
  for (int64_t r = 0; r < w.rows(); ++r) {
    double sum = bias[static_cast<size_t>(r)];
    for (size_t j = 0; j < x.size(); ++j) sum += static_cast<double>(w.row(r)[j]) * x[j];
    y.push_back(sum);
  }
  return y;
}

TEST(Whitening, FloatWeightsAgreeWithFloat64ForSizesThatFitNoVector) {
  for (const int64_t cols : {1, 7, 33, 500, 9001}) {
    const TensorMap tensors = whitening_tensors(67, cols);
    const auto layer =
        Whitening::create({.output_dim = 67, .final_norm = false}, tensors, cols).value();
    const Matrix in = random_matrix(3, 2, cols);
    const Matrix out = applied(*layer, in);
    for (int64_t i = 0; i < 2; ++i)
      EXPECT_LE(difference(out.row(i), exact(tensors, in.row(i))), 2e-5);
  }
}

TEST(Whitening, NarrowWeightsStayCloseToFloat32) {
  const TensorMap tensors = whitening_tensors(64, 1000);
  const Matrix in = random_matrix(3, 1, 1000);
  const Matrix wide = applied(*Whitening::create({}, tensors, 1000).value(), in);
  for (const auto& [type, limit] : {std::pair{DType::kF16, 1e-6}, std::pair{DType::kI8, 2e-4}}) {
    const TensorMap narrow = compress_whitening(tensors, type).value();
    EXPECT_EQ(narrow.at("whitening.weight").dtype, type);
    const Matrix out = applied(*Whitening::create({}, narrow, 1000).value(), in);
    double cosine = 0;
    for (size_t i = 0; i < out.size(); ++i)
      cosine += static_cast<double>(out.data()[i]) * wide.data()[i];
    EXPECT_NEAR(cosine, 1, limit);
    EXPECT_GT(difference(out.row(0), wide.row(0)), 0);
  }
}

TEST(Whitening, StoredNumbersAreReadExactlyOnEveryProcessor) {
  std::vector<uint16_t> halfs;
  for (const float v :
       {0.0f, 1.0f, -2.5f, 65504.0f, 6e-8f, -6.1e-5f, 0.333f, -0.0f, 12.0f, -1e-6f, 3.0f}) {
    halfs.push_back(float_to_half(v));
  }
  const std::vector<int8_t> bytes{-128, -127, -1, 0, 1, 2, 3, 63, 64, 100, 127};
  const auto n = static_cast<int64_t>(halfs.size());
  for (const internal::PoolingKernels& kernels : all_kernels()) {
    for (int64_t j = 0; j < n;
         ++j) {  // a unit vector picks one weight; repeated so that whole vectors are used too
      std::vector<float> x(64, 0.0f);
      std::vector<uint16_t> w(64, 0);
      std::vector<int8_t> q(64, 0);
      for (size_t at = 0; at < 64; ++at) {
        w[at] = halfs[at % halfs.size()];
        q[at] = bytes[at % bytes.size()];
      }
      const auto place = static_cast<size_t>(j + 2 * n);
      x[place] = 1;
      double from_half = 0, from_byte = 0;
      kernels.whitening.halfs(w.data(), 64, 1, x.data(), 64, 1, 64, &from_half);
      kernels.whitening.bytes(q.data(), 64, 1, x.data(), 64, 1, 64, &from_byte);
      EXPECT_EQ(from_half, static_cast<double>(half_to_float(w[place])));
      EXPECT_EQ(from_byte, static_cast<double>(q[place]));
    }
  }
}

TEST(Whitening, NumbersDependNeitherOnTheBatchNorOnThreads) {
  const TensorMap tensors = whitening_tensors(131, 5000);
  for (const DType type : {DType::kF32, DType::kF16, DType::kI8}) {
    const TensorMap stored =
        type == DType::kF32 ? tensors : compress_whitening(tensors, type).value();
    const auto layer = Whitening::create({.output_dim = 131}, stored, 5000).value();
    const Matrix in = random_matrix(3, 53, 5000);
    const Matrix all = applied(*layer, in, 1);
    const Matrix threaded = applied(*layer, in, 3);
    EXPECT_EQ(
        difference(std::span(all.data(), all.size()), std::span(threaded.data(), threaded.size())),
        0);
    for (const int64_t i : {0, 2, 47, 52}) {
      EXPECT_EQ(difference(applied(*layer, in.view().rows_from(i, 1), 2).row(0), all.row(i)), 0)
          << i;
    }
  }
}

TEST(Whitening, DescriptorHasUnitNorm) {
  const auto layer = Whitening::create({.output_dim = 20}, whitening_tensors(20, 30), 30).value();
  const Matrix out = applied(*layer, random_matrix(3, 1, 30));
  EXPECT_NEAR(norm({out.row(0).begin(), out.row(0).end()}), 1, 1e-6);
}

TEST(Whitening, DamagedTensorsAreNamed) {
  const auto status = [](const TensorMap& tensors, int rows, int64_t cols) {
    return Whitening::create({.output_dim = rows}, tensors, cols).status();
  };
  TensorMap tensors = whitening_tensors(4, 6);
  EXPECT_TRUE(status(tensors, 4, 6).ok());
  EXPECT_THAT(status(tensors, 4, 7).message(), testing::HasSubstr("whitening.weight"));
  EXPECT_THAT(status(tensors, 5, 6).message(), testing::HasSubstr("whitening.weight"));
  EXPECT_EQ(status({}, 4, 6).code(), Code::kNotFound);
  TensorMap bytes = compress_whitening(tensors, DType::kI8).value();
  EXPECT_THAT(status(bytes, 4, 7).message(), testing::HasSubstr("whitening.weight"));
  EXPECT_EQ(compress_whitening(bytes, DType::kF16).status().code(), Code::kInvalidArgument);
  bytes.erase("whitening.scale");
  EXPECT_THAT(status(bytes, 4, 6).message(), testing::HasSubstr("whitening.scale"));
  tensors.erase("whitening.bias");
  EXPECT_THAT(status(tensors, 4, 6).message(), testing::HasSubstr("whitening.bias"));
  tensors["whitening.weight"] = make_tensor(random_matrix(1, 4, 6, 1e6));
  EXPECT_EQ(compress_whitening(tensors, DType::kF16).status().code(), Code::kUnsupported);
}

}  // namespace
}  // namespace loci
