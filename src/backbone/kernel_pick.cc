// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel_pick.h"

#include "arena.h"

#include "loci/base/text.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

namespace loci::internal {
namespace {

using type = memory::data_type;
constexpr double kNever = std::numeric_limits<double>::infinity();

/// The best of `runs` after a first one, in milliseconds.
template <class Body>
double best_ms(int runs, Body&& body) {
  body();
  double best = kNever;
  for (int run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    body();
    best =
        std::min(best,
                 std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                     .count());
  }
  return best;
}

/// The case cut to a band of rows, so that a trial takes milliseconds.
ConvCase band_of(const ConvCase& conv, int rows) {
  ConvCase band = conv;
  if (conv.out.height <= rows) return band;
  band.batch = 1;
  band.out.height = rows;
  band.in.height = rows + 2 - conv.pad_top - conv.pad_bottom;
  return band;
}

double share_of(const ConvCase& band, const ConvCase& conv) {
  return double{1} * band.batch * band.out.height / (double{1} * conv.batch * conv.out.height);
}

/// Milliseconds of the whole case by oneDNN; infinite where it has no such kernel.
double time_library(const ConvCase& conv, dnnl::algorithm algorithm, int runs) {
  const ConvCase band = band_of(conv, conv.in.channels >= 256 ? 4 : 8);
  dnnl::primitive_attr attributes = plan_attributes();
  dnnl::post_ops post_ops;
  post_ops.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
  attributes.set_post_ops(post_ops);
  const dnnl::convolution_forward::desc desc(
      dnnl::prop_kind::forward_inference,
      algorithm,
      any_map(band.batch, band.in, type::f32),
      {{band.out.channels, band.in.channels, 3, 3}, type::f32, memory::format_tag::any},
      {{band.out.channels}, type::f32, memory::format_tag::a},
      any_map(band.batch, band.out, type::f32),
      {1, 1},
      {0, 0},
      {band.pad_top, band.pad_left},
      {band.pad_bottom, band.pad_right});
  const dnnl::convolution_forward::primitive_desc pd(desc, attributes, cpu_engine(), true);
  if (!pd) return kNever;
  std::vector<std::unique_ptr<Arena>> blocks;
  std::unordered_map<int, dnnl::memory> arguments;
  const auto give = [&](int argument, const memory::desc& each) {
    blocks.push_back(std::make_unique<Arena>(std::max<size_t>(each.get_size(), 64)));
    arguments.emplace(argument, dnnl::memory(each, cpu_engine(), blocks.back()->data()));
  };
  give(DNNL_ARG_SRC, pd.src_desc());
  give(DNNL_ARG_WEIGHTS, pd.weights_desc());
  give(DNNL_ARG_BIAS, pd.bias_desc());
  give(DNNL_ARG_DST, pd.dst_desc());
  give(DNNL_ARG_SCRATCHPAD, pd.scratchpad_desc());
  const dnnl::convolution_forward primitive(pd);
  dnnl::stream stream(cpu_engine());
  const double ms = best_ms(runs, [&] {
    primitive.execute(stream, arguments);
    stream.wait();
  });
  return ms / share_of(band, conv);
}

struct OwnTrial {
  double ms = kNever;
  WinogradBlocking blocking;
};

OwnTrial time_own(const ConvCase& conv, int num_threads, int runs) {
  const WinogradKernels& kernels = winograd_kernels(simd_level());
  const WinogradShape whole = winograd_shape(conv);
  // A block a thread at least, or the whole map.
  const WinogradBlocking rule = winograd_default_blocking(whole, num_threads);
  const int wanted = num_threads * rule.block;
  const int rows = rule.shared ? conv.out.height
                               : std::max(8, (wanted + whole.tiles_x() - 1) / whole.tiles_x() * 4);
  const ConvCase band = band_of(conv, rows);
  const WinogradShape shape = winograd_shape(band);

  std::vector<WinogradBlocking> trials = {rule};
  if (rule.shared) trials.push_back({(rule.block / num_threads + 11) / 12 * 12, false});
  const size_t v = static_cast<size_t>(kernels.width);
  const auto blocks = [&](int channels) { return (static_cast<size_t>(channels) + v - 1) / v; };
  Arena src(static_cast<size_t>(shape.batch) * blocks(shape.in_channels) * v * shape.in_h *
            shape.in_w * 4);
  Arena dst(static_cast<size_t>(shape.batch) * blocks(shape.out_channels) * v * shape.out_h *
            shape.out_w * 4);
  Arena weights(winograd_weight_floats(kernels, shape.in_channels, shape.out_channels) * 4);
  const std::vector<float> bias(static_cast<size_t>(shape.out_channels) + 2 * v, 0.f);
  WinogradCall call;
  call.src = reinterpret_cast<const float*>(src.data());
  call.dst = reinterpret_cast<float*>(dst.data());
  call.weights = reinterpret_cast<const float*>(weights.data());
  call.bias = bias.data();
  call.high = std::numeric_limits<float>::infinity();
  OwnTrial best;
  for (const WinogradBlocking blocking : trials) {
    Arena scratch(winograd_scratch_bytes(kernels, shape, blocking, num_threads));
    call.scratch = scratch.data();
    const double ms =
        best_ms(runs, [&] { winograd_run(kernels, shape, blocking, call, num_threads); });
    const double all = ms / share_of(band, conv);
    if (all < best.ms) best = {all, blocking};
  }
  return best;
}

std::string key_of(const ConvCase& conv, int num_threads) {
  return format("%d %dx%dx%d %dx%dx%d %d %d %d",
                conv.batch,
                conv.in.channels,
                conv.in.height,
                conv.in.width,
                conv.out.channels,
                conv.out.height,
                conv.out.width,
                conv.pad_top,
                conv.pad_left,
                num_threads);
}

}  // namespace

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

ConvPick pick_kernel(const ConvCase& conv, int num_threads) {
  static std::mutex mutex;
  static std::map<std::string, ConvPick> known;
  const std::lock_guard lock(mutex);
  const std::string key = key_of(conv, num_threads);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  // One run tells where Winograd wins clearly, as it does on most layers; anything else is timed
  // with care.
  OwnTrial own = time_own(conv, num_threads, 1);
  if (1.5 * own.ms < time_library(conv, dnnl::algorithm::convolution_direct, 1)) {
    return known[key] = {KernelChoice::kWinograd, own.blocking};
  }
  own = time_own(conv, num_threads, 4);
  const double direct = time_library(conv, dnnl::algorithm::convolution_direct, 4);
  const double library = time_library(conv, dnnl::algorithm::convolution_winograd, 4);
  ConvPick pick{KernelChoice::kDirect, own.blocking};
  double best = direct / 1.05;
  if (library < best) {
    best = library;
    pick.kernel = KernelChoice::kLibraryWinograd;
  }
  if (own.ms < best) pick.kernel = KernelChoice::kWinograd;
  return known[key] = pick;
}

}  // namespace loci::internal
