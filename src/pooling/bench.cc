// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/pooling/bench.h"

#include "kernels.h"

#include "loci/base/parallel.h"
#include "loci/base/rng.h"
#include "loci/math/gemm.h"
#include "loci/pooling/pooling.h"
#include "loci/pooling/whitening.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace loci {
namespace {

constexpr double kMinSeconds = 0.15;
constexpr int kMinRuns = 5;

/// Median of at least kMinRuns calls, in milliseconds; the first call warms up and does not count.
double median_ms(const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  call();
  std::vector<double> times;
  double total = 0;
  while (total < kMinSeconds * 1e3 || static_cast<int>(times.size()) < kMinRuns) {
    const auto start = Clock::now();
    call();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    total += times.back();
  }
  std::ranges::nth_element(times, times.begin() + static_cast<int64_t>(times.size() / 2));
  return times[times.size() / 2];
}

Matrix random_matrix(Rng& rng, int64_t rows, int64_t cols) {
  Matrix m(rows, cols);
  for (size_t i = 0; i < m.size(); ++i) m.data()[i] = static_cast<float>(rng.uniform(-1, 1));
  return m;
}

Tensor random_weight(Rng& rng, int64_t rows, int64_t cols, DType type) {
  const auto size = static_cast<size_t>(rows * cols);
  auto memory = std::make_shared<AlignedBuffer<uint8_t>>(size * dtype_size(type));
  const auto fill = [&](auto* out, auto make) {
    for (size_t i = 0; i < size; ++i) out[i] = make(rng.next());
  };
  switch (type) {
    case DType::kI8:
      fill(memory->data(), [](uint64_t r) { return static_cast<uint8_t>(r >> 56); });
      break;
    case DType::kF16:  // magnitudes of 1/16 to 1/8, either sign
      fill(reinterpret_cast<uint16_t*>(memory->data()),
           [](uint64_t r) { return static_cast<uint16_t>((r >> 48 & 0x83ff) | 0x2c00); });
      break;
    default:
      fill(reinterpret_cast<float*>(memory->data()),
           [](uint64_t r) { return static_cast<float>(static_cast<int32_t>(r >> 32)) * 0x1p-31f; });
  }
  Tensor tensor{type, {rows, cols}, {memory->data(), memory->size()}, nullptr};
  tensor.owner = std::move(memory);
  return tensor;
}

/// Time to read `bytes` as 64-bit words, in milliseconds.
double reading_ms(std::span<const uint8_t> bytes, int num_threads) {
  constexpr int64_t kChunk = int64_t{1} << 20;
  const auto size = static_cast<int64_t>(bytes.size());
  std::vector<int64_t> sums(static_cast<size_t>(size / kChunk + 1));
  return median_ms([&] {
    parallel_for(size, kChunk, num_threads, [&](int64_t begin, int64_t end) {
      sums[static_cast<size_t>(begin / kChunk)] =
          internal::pooling_kernels().read(bytes.data() + begin, end - begin);
    });
  });
}

}  // namespace

NetvladBench bench_netvlad(int64_t num_features,
                           int64_t dim,
                           int64_t num_clusters,
                           int num_threads) {
  Rng rng(1, "bench_netvlad");
  const Matrix x = random_matrix(rng, num_features, dim);
  const Matrix w = random_matrix(rng, num_clusters, dim);
  const auto layer = Pooling::create(
      {}, {{"pooling.weight", make_tensor(w)}, {"pooling.centers", make_tensor(w)}}, dim);
  std::vector<float> out(static_cast<size_t>(num_clusters * dim));
  NetvladBench bench;
  bench.layer_ms = median_ms([&] { layer.value()->pool(x.view(), out, num_threads); });
  Matrix logits(num_features, num_clusters), sums(num_clusters, dim);
  const Matrix assignment = random_matrix(rng, num_clusters, num_features);
  bench.two_gemms_ms = median_ms([&] {
    gemm_nt(x, w, logits, num_threads);
    gemm_nn(assignment, x, sums, num_threads);
  });
  bench.gflops =
      4.0 * static_cast<double>(num_features * dim * num_clusters) / bench.layer_ms * 1e-6;
  return bench;
}

Result<WhiteningBench> bench_whitening(int64_t input_dim,
                                       int64_t output_dim,
                                       DType weights,
                                       int num_threads) {
  constexpr int64_t kBatch = 8;
  if (weights != DType::kF32 && weights != DType::kF16 && weights != DType::kI8) {
    return invalid_argument(std::string("no whitening kernel for ") + dtype_name(weights) +
                            "; choose F32, F16 or I8");
  }
  if (input_dim < 1 || output_dim < 1)
    return invalid_argument("whitening has at least one input and one output");
  Rng rng(1, "bench_whitening");
  const std::vector<float> ones(static_cast<size_t>(output_dim), 1.0f);
  const Tensor weight = random_weight(rng, output_dim, input_dim, weights);
  const Tensor vector = make_tensor({output_dim}, std::span<const float>(ones));
  LOCI_TRY(
      layer,
      Whitening::create(
          {.output_dim = static_cast<int>(output_dim)},
          {{"whitening.weight", weight}, {"whitening.bias", vector}, {"whitening.scale", vector}},
          input_dim));
  const Matrix in = random_matrix(rng, kBatch, input_dim);
  Matrix out(kBatch, output_dim);
  WhiteningBench bench;
  const auto run = [&](int64_t n) {
    return median_ms(
        [&] { layer->apply(in.view().rows_from(0, n), out.view().rows_from(0, n), num_threads); });
  };
  const double bytes = static_cast<double>(weight.bytes.size());
  bench.ms = run(1);
  bench.gb_per_s = bytes / bench.ms * 1e-6;
  bench.read_gb_per_s = bytes / reading_ms(weight.bytes, num_threads) * 1e-6;
  bench.batch_ms_per_image = run(kBatch) / static_cast<double>(kBatch);
  return bench;
}

}  // namespace loci
