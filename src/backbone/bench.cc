// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/backbone/bench.h"

#include "peak.h"
#include "thread_team.h"

#include "loci/base/cpu.h"
#include "loci/base/parallel.h"
#include "loci/base/rng.h"

#include <algorithm>
#include <chrono>

namespace loci {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::nth_element(
      values.begin(), values.begin() + static_cast<int64_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// The best of a few runs on all threads, in 1e9 operations a second.
double rate(double (*loop)(long), int num_threads) {
  if (loop == nullptr) return 0;
  constexpr long kRounds = 1 << 20;
  double best = 0;
  for (int run = 0; run < 6; ++run) {
    double operations = 0;
    const auto start = Clock::now();
    internal::run_team(num_threads, [&] {
      const double done = loop(kRounds);
      if (internal::team_thread() == 0) operations = done * num_threads;
    });
    best = std::max(best, operations / ms_since(start) * 1e-6);
  }
  return best;
}

/// One backbone and its times over several runs.
struct Contender {
  std::unique_ptr<Backbone> backbone;
  std::vector<double> whole;
  std::vector<std::vector<LayerTime>> layers;

  Status run(const std::vector<float>& pixels, const BackboneBenchOptions& o) {
    const auto start = Clock::now();
    const auto result = backbone->run(pixels.data(), o.batch, o.height, o.width);
    whole.push_back(ms_since(start));
    layers.push_back(backbone->layer_times());
    return result.status();
  }

  void forget() {
    whole.clear();
    layers.clear();
  }

  std::vector<LayerTime> layer_medians() const {
    std::vector<LayerTime> out = layers.front();
    for (size_t i = 0; i < out.size(); ++i) {
      std::vector<double> ms;
      for (const auto& each : layers) ms.push_back(each[i].ms);
      out[i].ms = median(ms);
    }
    return out;
  }
};

Status enter(std::vector<Contender>& all,
             const std::shared_ptr<const Model>& model,
             const BackboneOptions& options) {
  LOCI_TRY(backbone, Backbone::create(model, options));
  all.emplace_back().backbone = std::move(backbone);
  return {};
}

}  // namespace

double PeakRates::of(Precision precision) const {
  if (precision == Precision::kBf16) return bf16_gflops;
  return precision == Precision::kInt8 ? int8_gops : fp32_gflops;
}

PeakRates measure_peak_rates(int num_threads) {
  const int threads = resolve_threads(num_threads);
  internal::PeakLoops loops = internal::peak_loops_plain();
#if defined(__x86_64__)
  if (simd_level() >= SimdLevel::kAvx512) loops = internal::peak_loops_avx512();
  if (simd_level() >= SimdLevel::kAvx512Vnni) loops.int8 = internal::peak_int8_loop;
  if (cpu_facts().avx512_bf16) loops.bf16 = internal::peak_bf16_loop;
  if (simd_level() == SimdLevel::kAvx2) loops = internal::peak_loops_avx2();
#endif
  return {rate(loops.fp32, threads), rate(loops.bf16, threads), rate(loops.int8, threads)};
}

Result<BackboneBench> bench_backbone(std::shared_ptr<const Model> model,
                                     const BackboneBenchOptions& options) {
  if (options.width < 1 || options.height < 1 || options.batch < 1 || options.runs < 1) {
    return invalid_argument("a benchmark needs a size, a batch and a number of runs of at least 1");
  }
  std::vector<Contender> all;
  LOCI_RETURN_IF_ERROR(enter(all, model, options.backbone));
  const Backbone& backbone = *all.front().backbone;
  if (options.compare) {
    BackboneOptions other = options.backbone;
    other.precision = Precision::kFp32;
    other.kernel_choice = KernelChoice::kDirect;
    LOCI_RETURN_IF_ERROR(enter(all, model, other));
    other.kernel_choice = KernelChoice::kLibraryWinograd;
    other.precision = backbone.precision();
    LOCI_RETURN_IF_ERROR(enter(all, model, other));
    other.kernel_choice = KernelChoice::kDirect;
    if (other.precision != Precision::kFp32) LOCI_RETURN_IF_ERROR(enter(all, model, other));
  }
  Rng rng(1, "bench");
  std::vector<float> pixels(static_cast<size_t>(options.batch) *
                            static_cast<size_t>(options.height) *
                            static_cast<size_t>(options.width) * 3);
  for (float& pixel : pixels) pixel = static_cast<float>(rng.next() >> 40) * 0x1p-23f - 1;

  BackboneBench out;
  for (Contender& each : all) {
    for (int i = 0; i < 2; ++i) LOCI_RETURN_IF_ERROR(each.run(pixels, options));
    if (&each == &all.front()) out.first_ms = each.whole.front();
    each.forget();
  }
  for (int i = 0; i < options.runs; ++i) {
    for (Contender& each : all) LOCI_RETURN_IF_ERROR(each.run(pixels, options));
  }
  const Contender& ours = all.front();
  out.precision = backbone.precision();
  out.note = backbone.note();
  out.ms = median(ours.whole);
  out.layers = ours.layer_medians();
  for (const LayerTime& layer : out.layers) out.gflop += layer.gflop;
  out.gflops = out.gflop / out.ms * 1e3;
  out.peak_gflops = measure_peak_rates(options.backbone.num_threads).of(out.precision);
  out.share_of_peak = out.peak_gflops > 0 ? out.gflops / out.peak_gflops : 0;
  for (size_t i = 1; i < all.size(); ++i) {
    const double ms = median(all[i].whole);
    if (all[i].backbone->precision() != out.precision) continue;
    if (out.library_ms == 0 || ms < out.library_ms) out.library_ms = ms;
  }
  if (options.compare) {
    for (const LayerTime& layer : all[1].layer_medians()) {
      if (layer.gflop > 0) out.direct_ms += layer.ms;
    }
    out.ratio_to_direct = out.direct_ms > 0 ? out.ms / out.direct_ms : 0;
    out.ratio_to_library = out.library_ms > 0 ? out.ms / out.library_ms : 0;
  }
  out.activation_bytes = backbone.activation_bytes();
  out.scratch_bytes = backbone.scratch_bytes();
  out.weight_bytes = backbone.weight_bytes();
  return out;
}

}  // namespace loci
