// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "graph.h"
#include "test_nets.h"
#include "token_kernels.h"

#include "loci/model/vit.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace internal;  // NOLINT

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> all = {SimdLevel::kPlain};
  if (simd_level() >= SimdLevel::kAvx2) all.push_back(SimdLevel::kAvx2);
  if (simd_level() >= SimdLevel::kAvx512) all.push_back(SimdLevel::kAvx512);
  return all;
}

std::vector<float> normal(size_t n, uint64_t seed) {
  Rng rng(seed, "tokens");
  std::vector<float> out(n);
  for (float& v : out) v = static_cast<float>(rng.normal());
  return out;
}

/// softmax(q k^T / sqrt(dim)) v in float64 for one head.
std::vector<double> reference_attention(const std::vector<float>& q,
                                        const std::vector<float>& k,
                                        const std::vector<float>& v,
                                        size_t dim,
                                        size_t value_dim) {
  const size_t queries = q.size() / dim, keys = k.size() / dim;
  std::vector<double> out(queries * value_dim, 0.0), scores(keys);
  for (size_t i = 0; i < queries; ++i) {
    double most = -HUGE_VAL, sum = 0;
    for (size_t j = 0; j < keys; ++j) {
      double dot = 0;
      for (size_t c = 0; c < dim; ++c) dot += double{q[i * dim + c]} * double{k[j * dim + c]};
      scores[j] = dot / std::sqrt(static_cast<double>(dim));
      most = std::max(most, scores[j]);
    }
    for (double& score : scores) sum += score = std::exp(score - most);
    for (size_t j = 0; j < keys; ++j) {
      for (size_t c = 0; c < value_dim; ++c)
        out[i * value_dim + c] += scores[j] / sum * double{v[j * value_dim + c]};
    }
  }
  return out;
}

TEST(TokenKernels, AttentionIsThatOfTheFormulaAtAnySize) {
  struct Case {
    size_t queries, keys, dim, value_dim;
    float size;
  };
  for (const Case c : {Case{1, 1, 64, 64, 1.f},
                       Case{13, 57, 64, 64, 1.f},
                       Case{30, 33, 4, 5, 2.f},
                       Case{25, 100, 48, 48, 30.f}}) {
    std::vector<float> q = normal(c.queries * c.dim, 1), k = normal(c.keys * c.dim, 2);
    const std::vector<float> v = normal(c.keys * c.value_dim, 3);
    for (float& each : q) each *= c.size;  // large ones overflow a softmax that forgets its maximum
    const std::vector<double> expected = reference_attention(q, k, v, c.dim, c.value_dim);
    for (const SimdLevel level : levels()) {
      const TokenKernels& kernels = token_kernels(level);
      std::vector<float> scratch(static_cast<size_t>(kernels.attention_floats(
          static_cast<long>(c.keys), static_cast<long>(c.dim), static_cast<long>(c.value_dim))));
      std::vector<float> out(c.queries * c.value_dim, -1.f);
      AttentionArgs args{};
      args.q = q.data();
      args.k = k.data();
      args.v = v.data();
      args.q_stride = args.k_stride = args.dim = static_cast<long>(c.dim);
      args.v_stride = args.value_dim = args.out_stride = static_cast<long>(c.value_dim);
      args.queries = static_cast<long>(c.queries);
      args.keys = static_cast<long>(c.keys);
      args.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(c.dim)));
      args.scratch = scratch.data();
      args.out = out.data();
      args.element = Element::kFloat;
      kernels.attend(args);
      for (size_t i = 0; i < out.size(); ++i)
        ASSERT_NEAR(static_cast<double>(out[i]), expected[i], 3e-5) << simd_name(level) << " " << i;
    }
  }
}

TEST(TokenKernels, LayerNormIsThatOfTheFormula) {
  for (const long channels : {3L, 64L, 77L, 768L}) {
    const auto n = static_cast<size_t>(channels);
    std::vector<float> x = normal(n, 1);
    const std::vector<float> weight = normal(n, 2), bias = normal(n, 3);
    for (float& v : x) v = v * 0.01f + 3;  // a mean that is large beside the deviation
    double mean = 0, variance = 0;
    for (const float v : x) mean += double{v} / static_cast<double>(n);
    for (const float v : x)
      variance += (double{v} - mean) * (double{v} - mean) / static_cast<double>(n);
    for (const SimdLevel level : levels()) {
      std::vector<float> out(n);
      token_kernels(level).layer_norm(
          x.data(), channels, weight.data(), bias.data(), 1e-6f, out.data());
      for (size_t i = 0; i < n; ++i) {
        const double expected =
            (double{x[i]} - mean) / std::sqrt(variance + 1e-6) * double{weight[i]} +
            double{bias[i]};
        ASSERT_NEAR(static_cast<double>(out[i]), expected, 3e-4) << simd_name(level);
      }
    }
  }
}

VitShape small_shape() {
  VitShape shape;
  shape.width = 128;
  shape.heads = 2;
  shape.depth = 2;
  shape.hidden = 256;
  shape.registers = 2;
  shape.table_height = shape.table_width = 5;
  return shape;
}

TEST(Tokens, ABatchIsItsImagesOneByOneForAnyNumberOfThreads) {
  const auto model = test_model(vit_network(small_shape()));
  const std::vector<float> images = test_images(3, 56, 84);
  const auto one = Backbone::create(model, {.num_threads = 1}).value();
  const auto two = Backbone::create(model, {.num_threads = 2}).value();
  const auto all = two->run(images.data(), 3, 56, 84).value();
  ASSERT_EQ(all.size(), 3u);
  for (size_t n = 0; n < 3; ++n) {
    EXPECT_EQ(all[n].height, 4);
    EXPECT_EQ(all[n].width, 6);
    const auto alone = one->run(images.data() + n * 56 * 84 * 3, 1, 56, 84).value();
    for (int64_t i = 0; i < all[n].values.rows(); ++i) {
      for (int64_t c = 0; c < all[n].values.cols(); ++c)
        ASSERT_NEAR(all[n].values(i, c), alone[0].values(i, c), 2e-5);
    }
  }
}

TEST(Tokens, ScoresOfAllPairsAreNeverInMemory) {
  VitShape shape = small_shape();
  shape.depth = 1;
  const auto backbone =
      Backbone::create(test_model(vit_network(shape)), {.num_threads = 1}).value();
  const int side = 14 * 60;
  const std::vector<float> image = test_images(1, side, side);
  ASSERT_TRUE(backbone->run(image.data(), 1, side, side).ok());
  const size_t tokens = 60 * 60 + 3, pairs = tokens * tokens * sizeof(float);
  // [q|k|v] and what is alive beside it; one head's scores alone would be 52 MB.
  EXPECT_LT(backbone->activation_bytes(), pairs / 2);
  EXPECT_LT(backbone->scratch_bytes(), pairs / 4);
}

std::string failure(const Network& network, int height, int width) {
  const auto graph = lower(network, {3, height, width});
  return graph.ok() ? "" : graph.status().message();
}

TEST(Tokens, WhatDoesNotFitIsRefusedByName) {
  EXPECT_NE(failure(vit_network(small_shape()), 32, 10).find("patch_embed.proj"),
            std::string::npos);
  TokenBuilder b;
  b.conv("patches", 64, 14, 14, 0, "input");
  b.rows("far", 20, 5, "patches");
  EXPECT_NE(failure(b.network, 56, 56).find("'far'"), std::string::npos);
  TokenBuilder c;
  c.conv("patches", 64, 14, 14, 0, "input");
  c.tokens("class", 1, 0, "patches");
  c.conv("mixed", 8, 3, 1, 1, "class");
  EXPECT_NE(failure(c.network, 56, 56).find("'mixed'"), std::string::npos);
}

TEST(Tokens, RowsOfNoPlaceAreToldFromPositions) {
  TokenBuilder b;
  vit_embed(b, small_shape());  // a class token and two registers
  b.rows("patches", 3, 0, "register_tokens");
  b.rows("class", 0, 1, "register_tokens");
  b.output("features", "register_tokens");
  b.output("tokens", b.join_rows("tokens", "patches", "class"));
  b.output("both", b.join_rows("both", "class", "tokens"));
  b.output("again", b.rows("again", 1, 24, "both"));
  b.output("answers", b.rows("answers", 0, 2, "register_tokens"));
  const auto backbone = Backbone::create(test_model(b.network), {.num_threads = 1}).value();
  const auto places = map_places(b.network, 56, 84).value();
  const int64_t first[] = {3, 0, 1, 0};
  for (size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(places[k].first, first[k]) << k;
    EXPECT_EQ(places[k].height, 4) << k;
    EXPECT_EQ(places[k].width, 6) << k;
  }
  EXPECT_EQ(places[4].height, 0);
  const std::vector<float> image = test_images(1, 56, 84);
  const auto maps = backbone->run_outputs(image.data(), 1, 56, 84).value();
  const int64_t rows[] = {27, 25, 26, 24, 2};
  for (size_t k = 0; k < 5; ++k) EXPECT_EQ(maps[k][0].values.rows(), rows[k]) << k;
  for (int64_t c = 0; c < 128; ++c) {
    ASSERT_EQ(maps[1][0].values(5, c), maps[0][0].values(8, c));
    ASSERT_EQ(maps[2][0].values(25, c), maps[0][0].values(0, c));
  }
}

TEST(Tokens, MissingAndMisshapenTensorsAreNamed) {
  const auto model = test_model(vit_network(small_shape()));
  TensorMap tensors = model->tensors;
  tensors["pos_embed.weight"] = make_tensor({25, 128}, std::vector<float>(25 * 128, 0.f));
  const auto wrong = Backbone::create(make_model(model->spec, tensors), {});
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.status().message().find("pos_embed.weight"), std::string::npos);
  tensors = model->tensors;
  tensors.erase("blocks.1.ls2.weight");
  const auto missing = Backbone::create(make_model(model->spec, tensors), {});
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.status().message().find("blocks.1.ls2.weight"), std::string::npos);
}

TEST(Tokens, Bf16StaysNearFloat) {
  VitShape shape = small_shape();
  shape.width = 256;
  shape.heads = 4;
  shape.depth = 4;
  shape.hidden = 1024;
  const auto model = test_model(vit_network(shape));
  const std::vector<float> image = test_images(1, 112, 112);
  const auto fp32 = Backbone::create(model, {.num_threads = 1}).value();
  const auto bf16 =
      Backbone::create(model, {.precision = Precision::kBf16, .num_threads = 1}).value();
  if (bf16->precision() != Precision::kBf16) GTEST_SKIP() << bf16->note();
  const auto a = fp32->run(image.data(), 1, 112, 112).value();
  const auto b = bf16->run(image.data(), 1, 112, 112).value();
  double dot = 0, aa = 0, bb = 0;
  for (int64_t i = 0; i < a[0].values.rows(); ++i) {
    for (int64_t c = 0; c < a[0].values.cols(); ++c) {
      const double x = a[0].values(i, c), y = b[0].values(i, c);
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
  }
  EXPECT_GT(dot / std::sqrt(aa * bb), 0.9995);
  EXPECT_LT(dot / std::sqrt(aa * bb), 1 - 1e-9);  // it did run in another precision
}

}  // namespace
}  // namespace loci
