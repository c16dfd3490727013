// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "winograd.h"

#include "loci/base/rng.h"

#include <algorithm>
#include <cmath>
#include <cstring>
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

float as_bf16(float x) {
  uint32_t bits = 0;
  std::memcpy(&bits, &x, 4);
  bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
  std::memcpy(&x, &bits, 4);
  return x;
}

/// A map [n][c][h][w] in one of the kernels' layouts and elements, and one value of such a map.
struct TestMap {
  int64_t v, channels, area;
  bool pixels;
  std::vector<float> values;
  TestMap(int width, int batch, int c, int h, int w, bool by_pixels = false)
      : v(width),
        channels((c + width - 1) / width * width),
        area(int64_t{h} * w),
        pixels(by_pixels),
        values(static_cast<size_t>(batch * channels * area), 0.f) {}
  float& at(int64_t n, int64_t c, int64_t p) {
    const int64_t inside = pixels ? p * channels + c : c / v * v * area + p * v + c % v;
    return values[static_cast<size_t>(n * channels * area + inside)];
  }
  std::vector<std::byte> bytes(int element_bytes) const {
    std::vector<std::byte> out(values.size() * static_cast<size_t>(element_bytes));
    for (size_t i = 0; i < values.size(); ++i) {
      const auto* from = reinterpret_cast<const std::byte*>(&values[i]) + 4 - element_bytes;
      std::copy(from, from + element_bytes, out.data() + i * static_cast<size_t>(element_bytes));
    }
    return out;
  }
  void read(const std::vector<std::byte>& from, int element_bytes) {
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = 0;
      std::memcpy(reinterpret_cast<std::byte*>(&values[i]) + 4 - element_bytes,
                  from.data() + i * static_cast<size_t>(element_bytes),
                  static_cast<size_t>(element_bytes));
    }
  }
};

struct Case {
  WinogradShape shape;
  bool sum;
  float low, high;
  bool pixels = false;
  bool float_out = false;
};

/// The value that float64 sums give for one output.
double exact(const Case& c,
             TestMap& src,
             const std::vector<float>& weight,
             double bias,
             int n,
             int o,
             int y,
             int x) {
  const WinogradShape& s = c.shape;
  const int pool = s.pool ? 2 : 1;
  double best = -kInf;
  for (int part = 0; part < pool * pool; ++part) {
    double total = bias;
    for (int k = 0; k < s.in_channels; ++k) {
      for (int t = 0; t < 9; ++t) {
        const int v = y * pool + part / pool + t / 3 - s.pad_top,
                  u = x * pool + part % pool + t % 3 - s.pad_left;
        if (v < 0 || u < 0 || v >= s.in_h || u >= s.in_w) continue;
        total += double{src.at(n, k, int64_t{v} * s.in_w + u)} *
                 weight[(static_cast<size_t>(o) * static_cast<size_t>(s.in_channels) +
                         static_cast<size_t>(k)) *
                            9 +
                        static_cast<size_t>(t)];
      }
    }
    best = std::max(best, total);
  }
  return best;
}

/// Runs one case and returns the largest difference from float64 sums over the largest magnitude.
double error_of(const Case& c,
                const WinogradKernels& kernels,
                WinogradBlocking blocking,
                int threads) {
  const WinogradShape& s = c.shape;
  const int in = s.in_channels, out = s.out_channels, pool = s.pool ? 2 : 1;
  const int element = kernels.element_bytes, out_element = c.float_out ? 4 : element;
  const auto image = normals(static_cast<size_t>(s.batch) * in * s.in_h * s.in_w, "image");
  const auto weight = normals(static_cast<size_t>(out) * in * 9, "weight");
  auto bias = normals(static_cast<size_t>(out), "bias");
  TestMap src(kernels.width, s.batch, in, s.in_h, s.in_w, c.pixels);
  TestMap dst(kernels.width, s.batch, out, s.out_h / pool, s.out_w / pool, c.pixels);
  for (int n = 0; n < s.batch; ++n) {
    for (int k = 0; k < in; ++k) {
      for (int p = 0; p < s.in_h * s.in_w; ++p) {
        const float value = image[(static_cast<size_t>(n) * in + k) * s.in_h * s.in_w + p];
        src.at(n, k, p) = element == 2 ? as_bf16(value) : value;
      }
    }
  }
  TestMap summand = dst;
  if (c.sum) {
    summand.values = normals(dst.values.size(), "sum");
    if (element == 2)
      for (float& v : summand.values) v = as_bf16(v);
  }
  std::vector<std::byte> packed(winograd_weight_bytes(kernels, in, out));
  winograd_pack(kernels, in, out, weight.data(), packed.data(), threads);
  bias.resize(static_cast<size_t>(out + 2 * kernels.width), 0.f);
  std::vector<std::byte> scratch(winograd_scratch_bytes(kernels, s, blocking, threads));
  const std::vector<std::byte> src_bytes = src.bytes(element), sums = summand.bytes(element);
  std::vector<std::byte> dst_bytes = c.float_out ? dst.bytes(4) : sums;
  WinogradCall call;
  call.src = src_bytes.data();
  call.src_pixels = call.dst_pixels = c.pixels;
  call.weights = packed.data();
  call.bias = bias.data();
  call.dst = dst_bytes.data();
  call.dst_float = c.float_out;
  if (c.sum) call.sum = c.float_out ? sums.data() : dst_bytes.data();
  call.low = c.low;
  call.high = c.high;
  call.scratch = scratch.data();
  winograd_run(kernels, s, blocking, call, threads);
  dst.read(dst_bytes, out_element);

  double worst = 0, peak = 1e-30;
  for (int n = 0; n < s.batch; ++n) {
    for (int o = 0; o < out; ++o) {
      for (int y = 0; y < s.out_h / pool; ++y) {
        for (int x = 0; x < s.out_w / pool; ++x) {
          double best = exact(c, src, weight, bias[static_cast<size_t>(o)], n, o, y, x);
          const int64_t p = int64_t{y} * (s.out_w / pool) + x;
          if (c.sum) best += summand.at(n, o, p);
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

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {shape_of(1, 16, 16, 12, 12, 1), false, -kInf, kInf},
      {shape_of(2, 24, 40, 9, 14, 1), false, 0, kInf},
      {shape_of(1, 8, 9, 5, 3, 1), true, 0, 6},
      {shape_of(1, 17, 33, 11, 7, 0), true, -kInf, kInf},
      {shape_of(1, 16, 48, 10, 13, 1, true), false, 0, kInf},
      {shape_of(2, 32, 16, 7, 8, 2, true), false, -kInf, kInf},
      {shape_of(2, 32, 48, 9, 14, 1), true, -1, kInf, true},
      {shape_of(2, 48, 32, 11, 9, 1, true), false, 0, kInf, true}};
  return all;
}
const std::vector<WinogradBlocking> kBlockings = {{5, false}, {7, true}, {1000, true}};

TEST(Winograd, AgreesWithDirectSumsForEveryInstructionSet) {
  for (const SimdLevel level : levels()) {
    for (size_t i = 0; i < cases().size(); ++i) {
      for (const WinogradBlocking blocking : kBlockings) {
        EXPECT_LT(error_of(cases()[i], winograd_kernels(level), blocking, 2), 5e-6)
            << simd_name(level) << " case " << i << " block " << blocking.block
            << (blocking.shared ? " shared" : "");
      }
    }
  }
}

#if defined(__x86_64__)
TEST(Winograd, Bf16AgreesWithDirectSumsWithinItsRounding) {
  if (!cpu_facts().avx512_bf16) GTEST_SKIP() << "no bf16 instructions";
  for (size_t i = 0; i < cases().size(); ++i) {
    for (const bool float_out : {false, true}) {
      Case each = cases()[i];
      each.float_out = float_out;
      for (const WinogradBlocking blocking : kBlockings) {
        EXPECT_LT(error_of(each, winograd_kernels_bf16(), blocking, 2), 2.5e-2)
            << "case " << i << " block " << blocking.block << (blocking.shared ? " shared" : "")
            << (float_out ? " float out" : "");
      }
    }
  }
}
#endif

TEST(Winograd, UnevenPaddingReadsZerosOutside) {
  // Two rows past the bottom, two columns before the left.
  WinogradShape shape{1, 16, 16, 9, 9, 0, 2, 9, 9, false};
  for (const SimdLevel level : levels()) {
    const WinogradKernels& kernels = winograd_kernels(level);
    EXPECT_LT(error_of({shape, false, -kInf, kInf}, kernels, {4, false}, 1), 5e-6);
  }
}

TEST(Winograd, BlockingDoesNotChangeTheBits) {
  std::vector<const WinogradKernels*> all = {&winograd_kernels(simd_level())};
#if defined(__x86_64__)
  if (cpu_facts().avx512_bf16) all.push_back(&winograd_kernels_bf16());
#endif
  const WinogradShape shape = shape_of(1, 32, 32, 20, 22, 1);
  for (const WinogradKernels* kernels : all) {
    TestMap map(kernels->width, 1, 32, 20, 22);
    map.values = normals(map.values.size(), "src");
    const std::vector<std::byte> src = map.bytes(kernels->element_bytes);
    const auto weight = normals(size_t{32} * 32 * 9, "w");
    std::vector<std::byte> packed(winograd_weight_bytes(*kernels, 32, 32)), first;
    const std::vector<float> bias(64, 0.f);
    winograd_pack(*kernels, 32, 32, weight.data(), packed.data(), 1);
    for (const WinogradBlocking blocking :
         {WinogradBlocking{1, false}, {6, false}, {13, true}, {30, true}}) {
      for (const int threads : {1, 3}) {
        std::vector<std::byte> dst(src.size(), std::byte{0x55});
        std::vector<std::byte> scratch(winograd_scratch_bytes(*kernels, shape, blocking, threads));
        WinogradCall call;
        call.src = src.data();
        call.weights = packed.data();
        call.bias = bias.data();
        call.dst = dst.data();
        call.low = -kInf;
        call.high = kInf;
        call.scratch = scratch.data();
        winograd_run(*kernels, shape, blocking, call, threads);
        if (first.empty()) first = dst;
        EXPECT_EQ(first, dst) << blocking.block;
      }
    }
  }
}

TEST(Winograd, ChannelsPastTheLastAreWrittenAsZero) {
  const WinogradKernels& kernels = winograd_kernels(simd_level());
  const WinogradShape shape = shape_of(1, 8, 3, 6, 6, 1);
  TestMap src(kernels.width, 1, 8, 6, 6), dst(kernels.width, 1, 3, 6, 6);
  src.values = normals(src.values.size(), "src");
  std::fill(dst.values.begin(), dst.values.end(), 5.f);
  std::vector<std::byte> packed(winograd_weight_bytes(kernels, 8, 3));
  const std::vector<float> bias(64, 0.f);
  const auto weight = normals(size_t{3} * 8 * 9, "w");
  winograd_pack(kernels, 8, 3, weight.data(), packed.data(), 1);
  std::vector<std::byte> scratch(winograd_scratch_bytes(kernels, shape, {4, false}, 1));
  WinogradCall call;
  call.src = src.values.data();
  call.weights = packed.data();
  call.bias = bias.data();
  call.dst = dst.values.data();
  call.high = kInf;
  call.scratch = scratch.data();
  winograd_run(kernels, shape, {4, false}, call, 1);
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
