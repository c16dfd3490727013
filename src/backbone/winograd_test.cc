// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "winograd.h"

#include "loci/base/rng.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> out = {SimdLevel::kPlain};
  if (simd_level() >= SimdLevel::kAvx2) out.push_back(SimdLevel::kAvx2);
  if (simd_level() >= SimdLevel::kAvx512) out.push_back(SimdLevel::kAvx512);
  return out;
}

std::vector<float> normals(size_t n, const char* stream) {
  Rng rng(3, stream);
  std::vector<float> out(n);
  for (float& v : out) v = static_cast<float>(rng.normal());
  return out;
}

/// A map [n][c][h][w] in the kernels' blocked layout, and one value of such a map.
struct Blocked {
  int64_t v, channels, area;
  std::vector<float> values;
  Blocked(int width, int batch, int c, int h, int w)
      : v(width),
        channels((c + width - 1) / width * width),
        area(int64_t{h} * w),
        values(static_cast<size_t>(batch * channels * area), 0.f) {}
  float& at(int64_t n, int64_t c, int64_t p) {
    return values[static_cast<size_t>(((n * channels + c / v * v) * area) + p * v + c % v)];
  }
};

struct Case {
  WinogradShape shape;
  bool sum;
  float low, high;
};

/// Runs one case and returns the largest difference from float64 sums over the largest magnitude.
double error_of(const Case& c, SimdLevel level, WinogradBlocking blocking, int threads) {
  const WinogradKernels& kernels = winograd_kernels(level);
  const WinogradShape& s = c.shape;
  const int in = s.in_channels, out = s.out_channels, pool = s.pool ? 2 : 1;
  const auto image = normals(static_cast<size_t>(s.batch) * in * s.in_h * s.in_w, "image");
  const auto weight = normals(static_cast<size_t>(out) * in * 9, "weight");
  auto bias = normals(static_cast<size_t>(out), "bias");
  Blocked src(kernels.width, s.batch, in, s.in_h, s.in_w),
      dst(kernels.width, s.batch, out, s.out_h / pool, s.out_w / pool);
  for (int n = 0; n < s.batch; ++n) {
    for (int k = 0; k < in; ++k) {
      for (int p = 0; p < s.in_h * s.in_w; ++p)
        src.at(n, k, p) = image[(static_cast<size_t>(n) * in + k) * s.in_h * s.in_w + p];
    }
  }
  if (c.sum) dst.values = normals(dst.values.size(), "sum");
  const std::vector<float> summand = dst.values;
  std::vector<float> packed(winograd_weight_floats(kernels, in, out));
  winograd_pack(kernels, in, out, weight.data(), packed.data(), threads);
  bias.resize(static_cast<size_t>(out + 2 * kernels.width), 0.f);
  std::vector<std::byte> scratch(winograd_scratch_bytes(kernels, s, blocking, threads));
  winograd_run(kernels,
               s,
               blocking,
               {src.values.data(),
                packed.data(),
                bias.data(),
                c.sum ? dst.values.data() : nullptr,
                dst.values.data(),
                c.low,
                c.high,
                scratch.data(),
                0},
               threads);

  Blocked before(kernels.width, s.batch, out, s.out_h / pool, s.out_w / pool);
  before.values = summand;
  double worst = 0, peak = 1e-30;
  for (int n = 0; n < s.batch; ++n) {
    for (int o = 0; o < out; ++o) {
      for (int y = 0; y < s.out_h / pool; ++y) {
        for (int x = 0; x < s.out_w / pool; ++x) {
          double best = -kInf;
          for (int part = 0; part < pool * pool; ++part) {
            double total = bias[static_cast<size_t>(o)];
            for (int k = 0; k < in; ++k) {
              for (int t = 0; t < 9; ++t) {
                const int v = y * pool + part / pool + t / 3 - s.pad_top,
                          u = x * pool + part % pool + t % 3 - s.pad_left;
                if (v < 0 || u < 0 || v >= s.in_h || u >= s.in_w) continue;
                total += double{src.at(n, k, int64_t{v} * s.in_w + u)} *
                         weight[(static_cast<size_t>(o) * in + k) * 9 + t];
              }
            }
            best = std::max(best, total);
          }
          const int64_t p = int64_t{y} * (s.out_w / pool) + x;
          if (c.sum) best += before.at(n, o, p);
          best = std::min<double>(std::max<double>(best, c.low), c.high);
          worst = std::max(worst, std::abs(best - dst.at(n, o, p)));
          peak = std::max(peak, std::abs(best));
        }
      }
    }
  }
  return worst / peak;
}

WinogradShape shape_of(int batch, int in, int out, int h, int w, int pad, bool pool = false) {
  return {batch, in, out, h, w, pad, pad, h + 2 * pad - 2, w + 2 * pad - 2, pool};
}

TEST(Winograd, AgreesWithDirectSumsForEveryInstructionSet) {
  const std::vector<Case> cases = {{shape_of(1, 16, 16, 12, 12, 1), false, -kInf, kInf},
                                   {shape_of(2, 24, 40, 9, 14, 1), false, 0, kInf},
                                   {shape_of(1, 8, 9, 5, 3, 1), true, 0, 6},
                                   {shape_of(1, 17, 33, 11, 7, 0), true, -kInf, kInf},
                                   {shape_of(1, 16, 48, 10, 13, 1, true), false, 0, kInf},
                                   {shape_of(2, 32, 16, 7, 8, 2, true), false, -kInf, kInf}};
  for (const SimdLevel level : levels()) {
    for (size_t i = 0; i < cases.size(); ++i) {
      for (const WinogradBlocking blocking :
           {WinogradBlocking{5, false}, {7, true}, {1000, true}}) {
        EXPECT_LT(error_of(cases[i], level, blocking, 2), 5e-6)
            << simd_name(level) << " case " << i << " block " << blocking.block
            << (blocking.shared ? " shared" : "");
      }
    }
  }
}

TEST(Winograd, UnevenPaddingReadsZerosOutside) {
  WinogradShape shape{
      1, 16, 16, 9, 9, 0, 2, 9, 9, false};  // two rows past the bottom, two columns before the left
  for (const SimdLevel level : levels())
    EXPECT_LT(error_of({shape, false, -kInf, kInf}, level, {4, false}, 1), 5e-6);
}

TEST(Winograd, BlockingDoesNotChangeTheBits) {
  const WinogradKernels& kernels = winograd_kernels(simd_level());
  const WinogradShape shape = shape_of(1, 32, 32, 20, 22, 1);
  const size_t floats = size_t{32} * 20 * 22;
  const auto src = normals(floats, "src"), weight = normals(size_t{32} * 32 * 9, "w");
  std::vector<float> packed(winograd_weight_floats(kernels, 32, 32)), bias(64, 0.f), first;
  winograd_pack(kernels, 32, 32, weight.data(), packed.data(), 1);
  for (const WinogradBlocking blocking :
       {WinogradBlocking{1, false}, {6, false}, {13, true}, {30, true}}) {
    for (const int threads : {1, 3}) {
      std::vector<float> dst(floats, -1.f);
      std::vector<std::byte> scratch(winograd_scratch_bytes(kernels, shape, blocking, threads));
      winograd_run(kernels,
                   shape,
                   blocking,
                   {src.data(),
                    packed.data(),
                    bias.data(),
                    nullptr,
                    dst.data(),
                    -kInf,
                    kInf,
                    scratch.data(),
                    0},
                   threads);
      if (first.empty()) first = dst;
      EXPECT_EQ(first, dst) << blocking.block;
    }
  }
}

TEST(Winograd, ChannelsPastTheLastAreWrittenAsZero) {
  const WinogradKernels& kernels = winograd_kernels(simd_level());
  const WinogradShape shape = shape_of(1, 8, 3, 6, 6, 1);
  Blocked src(kernels.width, 1, 8, 6, 6), dst(kernels.width, 1, 3, 6, 6);
  src.values = normals(src.values.size(), "src");
  std::fill(dst.values.begin(), dst.values.end(), 5.f);
  std::vector<float> packed(winograd_weight_floats(kernels, 8, 3)), bias(64, 0.f);
  const auto weight = normals(size_t{3} * 8 * 9, "w");
  winograd_pack(kernels, 8, 3, weight.data(), packed.data(), 1);
  std::vector<std::byte> scratch(winograd_scratch_bytes(kernels, shape, {4, false}, 1));
  winograd_run(kernels,
               shape,
               {4, false},
               {src.values.data(),
                packed.data(),
                bias.data(),
                nullptr,
                dst.values.data(),
                0,
                kInf,
                scratch.data(),
                0},
               1);
  for (int c = 3; c < kernels.width; ++c) {
    for (int p = 0; p < 36; ++p) ASSERT_EQ(dst.at(0, c, p), 0.f);
  }
}

TEST(Winograd, DefaultBlockingsFitTheirMap) {
  for (const int channels : {8, 64, 128, 256, 512, 2048}) {
    for (const int side : {4, 32, 100, 640}) {
      for (const int threads : {1, 2, 16}) {
        const WinogradShape shape = shape_of(1, channels, channels, side, side, 1);
        const WinogradBlocking blocking = winograd_default_blocking(shape, threads);
        EXPECT_GE(blocking.block, 1);
        EXPECT_LE(blocking.block, 300);
        EXPECT_TRUE(!blocking.shared || threads > 1);
      }
    }
  }
}

}  // namespace
}  // namespace loci::internal
