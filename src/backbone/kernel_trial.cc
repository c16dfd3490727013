// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel_trial.h"

#include "arena.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <unordered_map>
#include <vector>

namespace loci::internal {
namespace {

using type = memory::data_type;

/// Pages that nobody wrote are all the same one, and faster to read than any map.
void touch(Arena& arena) { std::memset(arena.data(), 0, arena.size()); }

class LibraryTrial final : public KernelTrial {
 public:
  LibraryTrial(const dnnl::convolution_forward::primitive_desc& pd) : primitive_(pd) {
    give(DNNL_ARG_SRC, pd.src_desc());
    give(DNNL_ARG_WEIGHTS, pd.weights_desc());
    give(DNNL_ARG_BIAS, pd.bias_desc());
    give(DNNL_ARG_DST, pd.dst_desc());
    give(DNNL_ARG_SCRATCHPAD, pd.scratchpad_desc());
  }
  void run() override {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  void give(int argument, const memory::desc& each) {
    blocks_.push_back(std::make_unique<Arena>(std::max<size_t>(each.get_size(), 64)));
    touch(*blocks_.back());
    arguments_.emplace(argument, dnnl::memory(each, cpu_engine(), blocks_.back()->data()));
  }
  dnnl::convolution_forward primitive_;
  dnnl::stream stream_{cpu_engine()};
  std::vector<std::unique_ptr<Arena>> blocks_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

/// What all blockings of one case work on.
struct OwnMemory {
  Arena src, dst, weights, scratch;
  std::vector<float> bias;
};

class OwnTrial final : public KernelTrial {
 public:
  OwnTrial(const WinogradKernels& kernels,
           const WinogradShape& shape,
           int num_threads,
           std::shared_ptr<OwnMemory> memory)
      : kernels_(kernels), shape_(shape), num_threads_(num_threads), memory_(std::move(memory)) {}

  void run() override {
    OwnMemory& m = *memory_;
    m.scratch.reserve(winograd_scratch_bytes(kernels_, shape_, pick.blocking, num_threads_));
    WinogradCall call;
    call.src = m.src.data();
    call.dst = m.dst.data();
    call.weights = m.weights.data();
    call.bias = m.bias.data();
    call.src_pixels = call.dst_pixels =
        shape_.in_channels % kernels_.width == 0 && shape_.out_channels % kernels_.width == 0;
    call.high = std::numeric_limits<float>::infinity();
    call.scratch = m.scratch.data();
    winograd_run(kernels_, shape_, pick.blocking, call, num_threads_);
  }

 private:
  const WinogradKernels& kernels_;
  const WinogradShape shape_;
  const int num_threads_;
  const std::shared_ptr<OwnMemory> memory_;
};

/// Block sizes worth a trial: planes of one that fit the level 2 cache, or more where there are
/// many weights to be read for each block; even shares for all threads.
std::vector<WinogradBlocking> blockings(const WinogradShape& shape, int num_threads) {
  const int tiles = static_cast<int>(std::min<int64_t>(shape.tiles(), 1 << 20));
  std::vector<WinogradBlocking> out = {winograd_default_blocking(shape, num_threads)};
  const auto add = [&](WinogradBlocking each) {
    if (std::find(out.begin(), out.end(), each) == out.end()) out.push_back(each);
  };
  for (const int size : {12, 24, 36, 48, 72, 96, 144, 216}) {
    const int rounds = std::max(1, (tiles + size * num_threads - 1) / (size * num_threads));
    const int even = (tiles + rounds * num_threads - 1) / (rounds * num_threads);
    const int block = tiles < 1200 ? (even + 11) / 12 * 12 : size;
    if (shape.in_channels * static_cast<int64_t>(block) <= 512 * 160) add({block, false});
  }
  if (num_threads > 1 && tiles <= 640 && shape.in_channels >= 128) {
    add({tiles, true});
    add({(tiles + 1) / 2, true});
  }
  return out;
}

}  // namespace

void KernelTrial::run_timed() {
  const auto start = std::chrono::steady_clock::now();
  run();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  best_ms = best_ms == 0 ? took.count() : std::min(best_ms, took.count());
}

std::unique_ptr<KernelTrial> library_trial(const ConvCase& conv, KernelChoice kernel) {
  const bool integers = conv.in_type == type::u8 || conv.in_type == type::s8;
  dnnl::primitive_attr attributes = plan_attributes();
  dnnl::post_ops post_ops;
  post_ops.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
  attributes.set_post_ops(post_ops);
  if (integers) {
    const auto channels = static_cast<size_t>(conv.out.channels);
    attributes.set_output_scales(1 << 1, std::vector<float>(channels, 1e-3f));
  }
  const dnnl::convolution_forward::desc desc(
      dnnl::prop_kind::forward_inference,
      kernel == KernelChoice::kLibraryWinograd ? dnnl::algorithm::convolution_winograd
                                               : dnnl::algorithm::convolution_direct,
      any_map(conv.batch, conv.in, conv.in_type),
      {{conv.out.channels, conv.in.channels, 3, 3},
       integers ? type::s8 : conv.in_type,
       memory::format_tag::any},
      {{conv.out.channels}, type::f32, memory::format_tag::a},
      any_map(conv.batch, conv.out, conv.out_type),
      {1, 1},
      {0, 0},
      {conv.pad_top, conv.pad_left},
      {conv.pad_bottom, conv.pad_right});
  const dnnl::convolution_forward::primitive_desc pd(desc, attributes, cpu_engine(), true);
  if (!pd) return nullptr;
  auto trial = std::make_unique<LibraryTrial>(pd);
  trial->pick.kernel = kernel;
  return trial;
}

std::vector<std::unique_ptr<KernelTrial>> own_trials(const ConvCase& conv, int num_threads) {
  std::vector<std::unique_ptr<KernelTrial>> out;
  const WinogradKernels* kernels = own_kernels(conv.in_type);
  if (kernels == nullptr) return out;
  const WinogradShape shape = winograd_shape(conv);
  const auto v = static_cast<size_t>(kernels->width);
  const auto map_bytes = [&](int channels, int height, int width) {
    return (static_cast<size_t>(channels) + v - 1) / v * v * static_cast<size_t>(height) *
           static_cast<size_t>(width) * static_cast<size_t>(shape.batch) *
           static_cast<size_t>(kernels->element_bytes);
  };
  auto memory = std::make_shared<OwnMemory>();
  memory->src.reserve(map_bytes(shape.in_channels, shape.in_h, shape.in_w));
  memory->dst.reserve(map_bytes(shape.out_channels, shape.out_h, shape.out_w));
  memory->weights.reserve(winograd_weight_bytes(*kernels, shape.in_channels, shape.out_channels));
  for (Arena* arena : {&memory->src, &memory->dst, &memory->weights}) touch(*arena);
  memory->bias.resize(static_cast<size_t>(shape.out_channels) + 2 * v, 0.f);
  for (const WinogradBlocking& blocking : blockings(shape, num_threads)) {
    out.push_back(std::make_unique<OwnTrial>(*kernels, shape, num_threads, memory));
    out.back()->pick = {KernelChoice::kWinograd, blocking};
  }
  return out;
}

}  // namespace loci::internal
