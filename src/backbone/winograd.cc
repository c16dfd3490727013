// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "winograd.h"

#include "thread_team.h"

#include "loci/base/check.h"

#include <algorithm>
#include <atomic>

namespace loci::internal {
namespace {

int64_t blocks_of(int64_t n, int64_t unit) { return (n + unit - 1) / unit; }

/// Elements between planes. One cache line more than the rows need when that is a large power of
/// two's multiple keeps the 36 planes, which are written side by side, on different cache sets.
int64_t plane_stride(int64_t rows, int64_t row, int64_t line) {
  const int64_t elements = rows * row;
  return elements % (64 * line) == 0 ? elements + line : elements;
}

struct Sizes {
  int64_t block;        // tiles at a time
  int64_t row;          // elements of a transformed tile in a plane
  int64_t planes_step;  // elements between planes of transformed input
  int64_t sums_step;    // floats between planes of sums
  int64_t planes_bytes, sums_floats;
};

Sizes sizes_of(const WinogradKernels& kernels,
               const WinogradShape& shape,
               WinogradBlocking blocking) {
  const int64_t v = kernels.width, line = 64 / kernels.element_bytes;
  Sizes s{};
  s.block = std::clamp<int64_t>(blocking.block, 1, std::max<int64_t>(shape.tiles(), 1));
  s.row = blocks_of(shape.in_channels, v) * v + line;
  s.planes_step = plane_stride(s.block, s.row, line);
  s.sums_step = plane_stride(s.block, 2 * v, 16) + 16;
  s.planes_bytes = blocks_of(kWinogradPlanes * s.planes_step * kernels.element_bytes, 64) * 64;
  s.sums_floats = kWinogradPlanes * s.sums_step;
  return s;
}

WinogradMap map_of(const void* data, bool pixels, int64_t v, int64_t channels, int64_t area) {
  const int64_t padded = blocks_of(channels, v) * v;
  WinogradMap map{const_cast<void*>(data), v, area * v, area * padded};
  if (pixels) map.pixel = padded, map.block = v;
  return map;
}

WinogradArgs make_args(const WinogradKernels& kernels,
                       const WinogradShape& shape,
                       const WinogradCall& call) {
  const int64_t in_area = int64_t{shape.in_h} * shape.in_w;
  const int64_t out_area = shape.pool ? int64_t{shape.out_h / 2} * (shape.out_w / 2)
                                      : int64_t{shape.out_h} * shape.out_w;
  WinogradArgs args{};
  args.src = map_of(call.src, call.src_pixels, kernels.width, shape.in_channels, in_area);
  args.dst = map_of(call.dst, call.dst_pixels, kernels.width, shape.out_channels, out_area);
  args.dst_float = call.dst_float ? 1 : 0;
  args.weights = call.weights;
  args.bias = call.bias;
  args.sum = call.sum;
  args.low = call.low;
  args.high = call.high;
  args.in_blocks = blocks_of(shape.in_channels, kernels.width);
  args.out_blocks = blocks_of(shape.out_channels, kernels.width);
  args.in_h = shape.in_h;
  args.in_w = shape.in_w;
  args.pad_top = shape.pad_top;
  args.pad_left = shape.pad_left;
  args.out_h = shape.out_h;
  args.out_w = shape.out_w;
  args.tiles_y = shape.tiles_y();
  args.tiles_x = shape.tiles_x();
  args.pool = shape.pool ? 1 : 0;
  return args;
}

}  // namespace

const WinogradKernels& winograd_kernels(SimdLevel level) {
#if defined(__x86_64__)
  if (level >= SimdLevel::kAvx512) return winograd_kernels_avx512();
  if (level == SimdLevel::kAvx2) return winograd_kernels_avx2();
#endif
  LOCI_REQUIRE(level == SimdLevel::kPlain, "this processor has no such instructions");
  return winograd_kernels_plain();
}

size_t winograd_weight_bytes(const WinogradKernels& kernels, int in_channels, int out_channels) {
  const int64_t v = kernels.width;
  return static_cast<size_t>(blocks_of(out_channels, 2 * v) * 2 * v * blocks_of(in_channels, v) *
                             v * kWinogradPlanes * kernels.element_bytes);
}

void winograd_pack(const WinogradKernels& kernels,
                   int in_channels,
                   int out_channels,
                   const float* weights,
                   std::byte* packed,
                   int num_threads) {
  const int64_t v = kernels.width, in_padded = blocks_of(in_channels, v) * v;
  const int64_t blocks = blocks_of(out_channels, 2 * v);
  std::atomic<int64_t> next{0};
  run_team(num_threads, [&] {
    for (int64_t block = next++; block < blocks; block = next++) {
      kernels.weights(weights,
                      out_channels,
                      in_channels,
                      in_padded,
                      block,
                      packed + block * kWinogradPlanes * in_padded * 2 * v * kernels.element_bytes);
    }
  });
}

size_t winograd_scratch_bytes(const WinogradKernels& kernels,
                              const WinogradShape& shape,
                              WinogradBlocking blocking,
                              int num_threads) {
  const Sizes s = sizes_of(kernels, shape, blocking);
  const int64_t planes = blocking.shared ? s.planes_bytes : s.planes_bytes * num_threads;
  const auto floats = static_cast<int64_t>(sizeof(float));
  return static_cast<size_t>(planes + s.sums_floats * num_threads * floats);
}

WinogradBlocking winograd_default_blocking(const WinogradShape& shape, int num_threads) {
  const int64_t tiles = std::max<int64_t>(shape.tiles(), 1);
  if (num_threads > 1 && tiles <= 160 && shape.in_channels >= 256)
    return {static_cast<int>(tiles), true};
  // Few channels: the 36 planes of transformed tiles stay in the level 2 cache. Many: the weights,
  // read once a block, cost more than planes from the level 3 cache do.
  const int64_t good = shape.in_channels <= 96 ? 24 : shape.in_channels <= 192 ? 36 : 72;
  const int64_t blocks =
      blocks_of(blocks_of(tiles, good), num_threads) * num_threads;  // as many for every thread
  const int64_t even = blocks_of(blocks_of(tiles, blocks), 12) * 12;
  return {static_cast<int>(std::min(even, good)), false};
}

void winograd_run(const WinogradKernels& kernels,
                  const WinogradShape& shape,
                  WinogradBlocking blocking,
                  const WinogradCall& call,
                  int num_threads) {
  const Sizes s = sizes_of(kernels, shape, blocking);
  const WinogradArgs args = make_args(kernels, shape, call);
  const int64_t tiles = shape.tiles();
  const int64_t out_blocks = blocks_of(shape.out_channels, 2 * kernels.width);
  std::byte* planes = call.scratch;
  if (!blocking.shared) {
    auto* all_sums = reinterpret_cast<float*>(planes + s.planes_bytes * num_threads);
    std::atomic<int64_t> next{0};
    run_team(num_threads, [&] {
      std::byte* mine = planes + s.planes_bytes * team_thread();
      float* sums = all_sums + s.sums_floats * team_thread();
      for (int64_t begin = s.block * next++; begin < tiles; begin = s.block * next++) {
        const int64_t end = std::min(tiles, begin + s.block);
        kernels.input(args, begin, end, mine, s.planes_step);
        for (int64_t b = 0; b < out_blocks; ++b) {
          kernels.output(args, begin, end, b, mine, s.planes_step, sums, s.sums_step);
        }
      }
    });
    return;
  }
  auto* all_sums = reinterpret_cast<float*>(planes + s.planes_bytes);
  for (int64_t begin = 0; begin < tiles; begin += s.block) {
    const int64_t end = std::min(tiles, begin + s.block);
    std::atomic<int64_t> next_tile{begin}, next_block{0};
    run_team(num_threads, [&] {
      for (int64_t t = next_tile.fetch_add(4); t < end; t = next_tile.fetch_add(4)) {
        std::byte* at = planes + (t - begin) * s.row * kernels.element_bytes;
        kernels.input(args, t, std::min(end, t + 4), at, s.planes_step);
      }
    });
    run_team(num_threads, [&] {
      float* sums = all_sums + s.sums_floats * team_thread();
      for (int64_t b = next_block++; b < out_blocks; b = next_block++) {
        kernels.output(args, begin, end, b, planes, s.planes_step, sums, s.sums_step);
      }
    });
  }
}

}  // namespace loci::internal
