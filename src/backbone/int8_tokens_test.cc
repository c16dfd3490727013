// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "int8_kernels.h"
#include "test_nets.h"

#include "loci/base/text.h"
#include "loci/model/vit.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

namespace loci {
namespace {

using namespace internal;  // NOLINT

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> all;
  for (const SimdLevel each :
       {SimdLevel::kPlain, SimdLevel::kAvx2, SimdLevel::kAvx512, SimdLevel::kAvx512Vnni}) {
    if (each <= simd_level()) all.push_back(each);
  }
  return all;
}

std::vector<float> normal(size_t n, uint64_t seed) {
  Rng rng(seed, "int8");
  std::vector<float> out(n);
  for (float& v : out) v = static_cast<float>(rng.normal());
  return out;
}

TEST(Int8Kernels, EveryValueIsWithinHalfAStepOfItsIntegerAndZeroIsExact) {
  for (const SimdLevel level : levels()) {
    const Int8Kernels& kernels = int8_kernels(level);
    for (const size_t channels : {size_t{1}, size_t{15}, size_t{67}, size_t{128}}) {
      std::vector<float> x = normal(channels, channels), keep(channels, 1.f);
      for (float& v : x) v = 3 * v + 1;
      keep[channels / 2] = 0;
      std::vector<unsigned char> q((channels + 3) / 4 * 4, 99);
      float scale = 0;
      int zero = 0;
      kernels.quantise(x.data(), static_cast<long>(channels), keep.data(), q.data(), &scale, &zero);
      for (size_t c = 0; c < channels; ++c) {
        ASSERT_LE(int{q[c]}, kernels.largest);
        const float back = static_cast<float>(q[c] - zero) * scale;
        ASSERT_NEAR(back, keep[c] * x[c], 0.501f * scale) << simd_name(level) << ' ' << channels;
      }
      EXPECT_EQ(q[channels / 2], zero);
      for (size_t c = channels; c < q.size(); ++c) EXPECT_EQ(q[c], 0);
    }
  }
}

/// Activations and weights that are integers already, as a product of the kernels.
struct Integers {
  size_t rows, in, out, kept;
  std::vector<unsigned char> x;
  std::vector<float> scales, bias, column_scales, floats, before;
  std::vector<int> zeros;
  std::vector<int> w;  // [out][in]
  std::vector<std::vector<float>> kept_weights;

  Integers(size_t m, size_t k, size_t n, size_t floats_too, int largest)
      : rows(m), in(k), out(n), kept(floats_too), x(m * ((k + 3) / 4 * 4), 0), w(n * k) {
    Rng rng(m * 1000 + n, "integers");
    for (size_t r = 0; r < m; ++r) {
      // All at the largest in the first row: pairs must not run over 16 bits.
      for (size_t c = 0; c < k; ++c)
        x[r * x.size() / m + c] = static_cast<unsigned char>(
            r == 0 ? largest : static_cast<int>(rng.below(static_cast<uint64_t>(largest) + 1)));
      scales.push_back(.01f * static_cast<float>(1 + r));
      zeros.push_back(static_cast<int>(rng.below(static_cast<uint64_t>(largest) + 1)));
    }
    for (size_t o = 0; o < n; ++o) {
      for (size_t c = 0; c < k; ++c)
        w[o * k + c] = o == 0 ? 127 : static_cast<int>(rng.below(255)) - 127;
    }
    bias = normal(n, 1);
    column_scales = normal(n, 2);
    floats = normal(m * floats_too, 3);
    before = normal(m * n, 4);
  }

  double expected(size_t r, size_t o, bool add, Int8Product::After after) const {
    int64_t sum = 0;
    for (size_t c = 0; c < in; ++c)
      sum += int64_t{x[r * x.size() / rows + c] - zeros[r]} * w[o * in + c];
    double y =
        static_cast<double>(sum) * double{scales[r]} * double{column_scales[o]} + double{bias[o]};
    for (size_t k = 0; k < kept; ++k)
      y += double{floats[r * kept + k]} * double{kept_weights[k][o]};
    if (add) y += double{before[r * out + o]};
    if (after == Int8Product::kRelu) return std::max(y, 0.0);
    return after == Int8Product::kGelu ? y / 2 * (1 + std::erf(y / std::sqrt(2.0))) : y;
  }
};

TEST(Int8Kernels, AProductIsExactInIntegersAtAnySize) {
  for (const SimdLevel level : levels()) {
    const Int8Kernels& kernels = int8_kernels(level);
    for (const auto [m, k, n, kept] : {std::array<size_t, 4>{1, 32, 1, 0},
                                       std::array<size_t, 4>{25, 37, 70, 3},
                                       std::array<size_t, 4>{13, 768, 33, 1}}) {
      Integers t(m, k, n, kept, kernels.largest);
      const auto width = static_cast<size_t>(kernels.columns);
      const size_t panels = (n + width - 1) / width, fours = (k + 3) / 4;
      std::vector<signed char> values(panels * width * fours * 4, 0);
      std::vector<int> sums(panels * width, 0);
      for (size_t o = 0; o < n; ++o) {
        for (size_t c = 0; c < k; ++c) {
          values[((o / width * fours + c / 4) * width + o % width) * 4 + c % 4] =
              static_cast<signed char>(t.w[o * k + c]);
          sums[o] += t.w[o * k + c];
        }
      }
      std::vector<float> bias = t.bias, scales = t.column_scales;
      bias.resize(panels * width, 0.f);
      scales.resize(panels * width, 0.f);
      std::vector<const float*> kept_weights;
      for (size_t i = 0; i < kept; ++i) t.kept_weights.push_back(normal(panels * width, 50 + i));
      for (const auto& each : t.kept_weights) kept_weights.push_back(each.data());
      for (const auto after : {Int8Product::kNothing, Int8Product::kRelu, Int8Product::kGelu}) {
        const bool add = after == Int8Product::kNothing;
        std::vector<float> out = t.before;
        Int8Product product{};
        product.x = t.x.data();
        product.x_scales = t.scales.data();
        product.x_zeros = t.zeros.data();
        product.rows = static_cast<long>(m);
        product.fours = static_cast<long>(fours);
        product.kept = t.floats.data();
        product.weight = kept_weights.data();
        product.num_kept = static_cast<long>(kept);
        product.weights = {values.data(), sums.data(), scales.data(), bias.data()};
        product.last_panel = static_cast<long>(panels);
        product.columns = static_cast<long>(n);
        product.after = after;
        product.add = add;
        product.out = out.data();
        kernels.product(product);
        for (size_t r = 0; r < m; ++r) {
          for (size_t o = 0; o < n; ++o) {
            const double expected = t.expected(r, o, add, after);
            ASSERT_NEAR(double{out[r * n + o]}, expected, 1e-6 * std::abs(expected) + 3e-5)
                << simd_name(level) << ' ' << m << 'x' << k << 'x' << n << ' ' << after;
          }
        }
      }
    }
  }
}

/// Four blocks of a width of 256.
Network small_network() {
  VitShape shape;
  shape.width = 256;
  shape.heads = 4;
  shape.depth = 4;
  shape.hidden = 1024;
  shape.table_height = shape.table_width = 5;
  return vit_network(shape);
}

/// Channels of the norms 50 times as large, and the weights that read them as much smaller: the same function.
std::shared_ptr<const Model> with_large_channels(const Model& model, int count) {
  TensorMap tensors = model.tensors;
  const auto scale = [&](const std::string& name, int64_t width, auto factor) {
    const std::span<const float> old = tensors.at(name).floats();
    std::vector<float> values(old.begin(), old.end());
    for (size_t k = 0; k < values.size(); ++k) {
      const auto c = static_cast<int64_t>(k) % width;
      if (c % 11 == 3 && c / 11 < count) values[k] *= factor;
    }
    tensors[name] = make_tensor(tensors.at(name).shape, values);
  };
  for (int i = 0; i < 4; ++i) {
    const std::string block = format("blocks.%d.", i);
    for (const std::string part : {"norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"})
      scale(block + part, 256, 50.f);
    scale(block + "attn.qkv.weight", 256, 1 / 50.f);
    scale(block + "mlp.fc1.weight", 256, 1 / 50.f);
  }
  return make_model(model.spec, std::move(tensors));
}

double cosine(const Features& a, const Features& b) {
  double dot = 0, aa = 0, bb = 0;
  for (size_t k = 0; k < a.values.size(); ++k) {
    const double x = a.values.data()[k], y = b.values.data()[k];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / std::sqrt(aa * bb);
}

Features run(const std::shared_ptr<const Model>& model, Precision precision, int threads = 2) {
  const auto backbone =
      Backbone::create(model,
                       {.precision = precision, .num_threads = threads, .emulate_precision = true})
          .value();
  EXPECT_EQ(backbone->precision(), precision);
  const std::vector<float> image = test_images(1, 112, 98);
  return std::move(backbone->run(image.data(), 1, 112, 98).value().front());
}

TEST(Int8Tokens, StayNearFloatWithChannelsThatAreFiftyTimesTheOthers) {
  const auto plain = test_model(small_network());
  for (const int count : {0, 1, 8, 16}) {
    const auto model = with_large_channels(*plain, count);
    const double near = cosine(run(model, Precision::kFp32), run(model, Precision::kInt8));
    EXPECT_GT(near, 0.999) << count;
    EXPECT_LT(near, 1 - 1e-8) << count;  // it did run in integers
  }
}

TEST(Int8Tokens, AreTheSameBitsForAnyNumberOfThreadsAndAfterOtherImages) {
  const auto model = with_large_channels(*test_model(small_network()), 5);
  const Features one = run(model, Precision::kInt8, 1), two = run(model, Precision::kInt8, 2);
  const auto backbone =
      Backbone::create(model,
                       {.precision = Precision::kInt8, .num_threads = 1, .emulate_precision = true})
          .value();
  for (const uint64_t seed : {uint64_t{1}, uint64_t{2}, uint64_t{7}}) {
    const std::vector<float> image = test_images(1, 112, 98, seed);
    const auto again = backbone->run(image.data(), 1, 112, 98).value();
    if (seed != 7) continue;
    for (size_t k = 0; k < one.values.size(); ++k) {
      ASSERT_EQ(one.values.data()[k], two.values.data()[k]);
      ASSERT_EQ(one.values.data()[k], again[0].values.data()[k]);
    }
  }
}

}  // namespace
}  // namespace loci
