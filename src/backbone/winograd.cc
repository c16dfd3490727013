// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "winograd.h"

#include "thread_team.h"

#include <algorithm>
#include <atomic>

namespace loci::internal {
namespace {

constexpr int64_t kRowPad = 16;  // as in the kernels

int64_t blocks_of(int64_t n, int64_t unit) { return (n + unit - 1) / unit; }

/// Floats between planes. Sixteen more than the rows need when that is a power of two's multiple
/// keeps the 36 planes, which are written side by side, on different cache sets.
int64_t plane_stride(int64_t rows, int64_t row) {
  const int64_t floats = rows * row;
  return floats % 1024 == 0 ? floats + 16 : floats;
}

struct Sizes {
  int64_t block;        // tiles at a time
  int64_t planes_step;  // floats between planes of transformed input
  int64_t sums_step;    // floats between planes of sums
  int64_t planes_floats, sums_floats;
};

Sizes sizes_of(const WinogradKernels& kernels,
               const WinogradShape& shape,
               WinogradBlocking blocking) {
  const int64_t v = kernels.width;
  Sizes s{};
  s.block = std::clamp<int64_t>(blocking.block, 1, std::max<int64_t>(shape.tiles(), 1));
  s.planes_step = plane_stride(s.block, blocks_of(shape.in_channels, v) * v + kRowPad);
  s.sums_step = plane_stride(s.block, 2 * v) + 16;
  s.planes_floats = kWinogradPlanes * s.planes_step;
  s.sums_floats = kWinogradPlanes * s.sums_step;
  return s;
}

WinogradArgs make_args(const WinogradKernels& kernels,
                       const WinogradShape& shape,
                       const WinogradCall& call) {
  WinogradArgs args{};
  args.src = call.src;
  args.weights = call.weights;
  args.bias = call.bias;
  args.sum = call.sum;
  args.dst = call.dst;
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
  switch (level) {
    case SimdLevel::kAvx512:
      return winograd_kernels_avx512();
    case SimdLevel::kAvx2:
      return winograd_kernels_avx2();
    case SimdLevel::kPlain:
      break;
  }
  return winograd_kernels_plain();
}

size_t winograd_weight_floats(const WinogradKernels& kernels, int in_channels, int out_channels) {
  const int64_t v = kernels.width;
  return static_cast<size_t>(blocks_of(out_channels, 2 * v) * 2 * v * blocks_of(in_channels, v) *
                             v * kWinogradPlanes);
}

void winograd_pack(const WinogradKernels& kernels,
                   int in_channels,
                   int out_channels,
                   const float* weights,
                   float* packed,
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
                      packed + block * kWinogradPlanes * in_padded * 2 * v);
    }
  });
}

size_t winograd_scratch_bytes(const WinogradKernels& kernels,
                              const WinogradShape& shape,
                              WinogradBlocking blocking,
                              int num_threads) {
  const Sizes s = sizes_of(kernels, shape, blocking);
  const int64_t planes = blocking.shared ? s.planes_floats : s.planes_floats * num_threads;
  return static_cast<size_t>(planes + s.sums_floats * num_threads) * sizeof(float);
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
  const int64_t tiles =
      call.max_tiles > 0 ? std::min(call.max_tiles, shape.tiles()) : shape.tiles();
  const int64_t out_blocks = blocks_of(shape.out_channels, 2 * kernels.width);
  auto* planes = reinterpret_cast<float*>(call.scratch);
  if (!blocking.shared) {
    float* all_sums = planes + s.planes_floats * num_threads;
    std::atomic<int64_t> next{0};
    run_team(num_threads, [&] {
      float* mine = planes + s.planes_floats * team_thread();
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
  float* all_sums = planes + s.planes_floats;
  const int64_t row = blocks_of(shape.in_channels, kernels.width) * kernels.width + kRowPad;
  for (int64_t begin = 0; begin < tiles; begin += s.block) {
    const int64_t end = std::min(tiles, begin + s.block);
    std::atomic<int64_t> next_tile{begin}, next_block{0};
    run_team(num_threads, [&] {
      for (int64_t t = next_tile.fetch_add(4); t < end; t = next_tile.fetch_add(4)) {
        kernels.input(args, t, std::min(end, t + 4), planes + (t - begin) * row, s.planes_step);
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
