// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel_pick.h"

#include "kernel_cache.h"
#include "kernel_trial.h"

#include "loci/base/text.h"

#include <algorithm>
#include <vector>

namespace loci::internal {
namespace {

using type = memory::data_type;
constexpr double kTrialGflop = 4;  // of one run, direct: some 5 to 15 ms of two threads

/// The case cut to a band of rows that takes milliseconds.
ConvCase band_of(const ConvCase& conv) {
  const double row_gflop =
      18e-9 * conv.in.channels * conv.out.channels * conv.out.width;  // 3x3, two operations
  const int rows = std::max(8, static_cast<int>(kTrialGflop / row_gflop) / 4 * 4);
  ConvCase band = conv;
  if (conv.batch * row_gflop * conv.out.height <= 2 * kTrialGflop) return band;
  band.batch = 1;
  if (conv.out.height <= rows) return band;
  band.out.height = rows;
  band.in.height = rows + 2 - conv.pad_top - conv.pad_bottom;
  return band;
}

std::string key_of(const ConvCase& conv) {
  return format("%d:%d %d %dx%dx%d %dx%dx%d pad %d %d pool %d",
                static_cast<int>(conv.in_type),
                static_cast<int>(conv.out_type),
                conv.batch,
                conv.in.channels,
                conv.in.height,
                conv.in.width,
                conv.out.channels,
                conv.out.height,
                conv.out.width,
                conv.pad_top,
                conv.pad_left,
                conv.pool ? 1 : 0);
}

double best_of(const std::vector<std::unique_ptr<KernelTrial>>& trials) {
  double best = 0;
  for (const auto& trial : trials) {
    if (best == 0 || trial->best_ms < best) best = trial->best_ms;
  }
  return best;
}

/// `only`: the kernel that must be taken, where it is known already.
ConvPick timed_pick(const ConvCase& conv, int num_threads, const ConvPick* only) {
  const ConvCase band = band_of(conv);
  const bool integers = conv.in_type == type::u8 || conv.in_type == type::s8;
  std::vector<std::unique_ptr<KernelTrial>> trials;
  if (only == nullptr || only->kernel == KernelChoice::kWinograd) {
    trials = own_trials(band, num_threads);
  }
  for (const KernelChoice kernel : {KernelChoice::kDirect, KernelChoice::kLibraryWinograd}) {
    if (only != nullptr) break;
    // oneDNN's integer Winograd scales activations by 1/4 before it rounds them: measured on whole
    // networks it is 8 to 16 times further from float32 than its direct kernel. Only when pinned.
    if (kernel == KernelChoice::kLibraryWinograd && integers) continue;
    if (auto trial = library_trial(band, kernel)) trials.push_back(std::move(trial));
  }
  if (trials.empty()) return only != nullptr ? *only : ConvPick{};
  if (trials.size() == 1) return trials.front()->pick;
  // In turns, so that a disturbance meets all alike; those far behind are let go early.
  for (const double allowed : {2.0, 1.3, 1.15, 1.1, 1.1}) {
    for (const auto& trial : trials) {
      if (trial->best_ms == 0) trial->run();
      trial->run_timed();
    }
    const double limit = best_of(trials) * allowed;
    std::erase_if(trials, [&](const auto& trial) { return trial->best_ms > limit; });
  }
  const auto fastest = [](const auto& a, const auto& b) {
    const double bias_a = a->pick.kernel == KernelChoice::kDirect ? 1.05 : 1;
    const double bias_b = b->pick.kernel == KernelChoice::kDirect ? 1.05 : 1;
    return a->best_ms / bias_a < b->best_ms / bias_b;
  };
  return (*std::min_element(trials.begin(), trials.end(), fastest))->pick;
}

}  // namespace

const WinogradKernels* own_kernels(memory::data_type in_type) {
  const SimdLevel level = simd_level();
  if (in_type == type::f32) return &winograd_kernels(level);
#if defined(__x86_64__)
  if (in_type == type::bf16 && cpu_facts().avx512_bf16) return &winograd_kernels_bf16();
#endif
  return nullptr;
}

WinogradShape winograd_shape(const ConvCase& conv) {
  WinogradShape shape;
  shape.batch = conv.batch;
  shape.in_channels = conv.in.channels;
  shape.out_channels = conv.out.channels;
  shape.in_h = conv.in.height;
  shape.in_w = conv.in.width;
  shape.pad_top = conv.pad_top;
  shape.pad_left = conv.pad_left;
  shape.out_h = conv.out.height;
  shape.out_w = conv.out.width;
  shape.pool = conv.pool;
  return shape;
}

ConvPick pick_kernel(const ConvCase& conv, int num_threads, KernelCache& cache) {
  const std::string whole = key_of(conv), mine = whole + format(" threads %d", num_threads);
  if (const auto known = cache.find(mine)) return *known;
  // The kernel decides the bits of the result, which must not depend on the number of threads; how
  // its work is cut up does not.
  const auto kernel = cache.find(whole);
  const ConvPick pick = timed_pick(conv, num_threads, kernel ? &*kernel : nullptr);
  if (!kernel) cache.add(whole, {pick.kernel, {}});
  cache.add(mine, pick);
  return pick;
}

}  // namespace loci::internal
