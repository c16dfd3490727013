// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arena.h"

#include "loci/base/cpu.h"

#include <cstddef>
#include <cstdint>

// Winograd's F(4x4, 3x3): a 4x4 block of outputs from a 6x6 block of inputs by 36 multiplications a
// channel pair instead of 144 (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
// CVPR 2016):
//
//   Y = A^T [ (G g G^T) * (B^T d B) ] A,   * element by element, summed over input channels
//
// The sums over channels are 36 small matrix products, tiles x channels in times channels in x
// channels out.

namespace loci::internal {

constexpr int kWinogradPlanes = 36;

/// A 3x3 convolution of stride 1. Maps are in one of two layouts of oneDNN, V being the kernels'
/// width: blocked, [n][c / V][h][w][V], channels past the last zero in maps that are read, and
/// written as zero; or pixel by pixel, [n][h][w][c], where c is a multiple of V.
struct WinogradShape {
  int batch = 1;
  int in_channels = 0, out_channels = 0;
  int in_h = 0, in_w = 0;
  int pad_top = 0, pad_left = 0;
  int out_h = 0, out_w = 0;
  bool pool = false;  ///< 2x2 max pool of stride 2 after the activation; an odd last row or column
                      ///< is dropped

  int tiles_y() const { return (out_h + 3) / 4; }
  int tiles_x() const { return (out_w + 3) / 4; }
  int64_t tiles() const { return int64_t{batch} * tiles_y() * tiles_x(); }
};

/// Where a map lies, in elements.
struct WinogradMap {
  void* data;
  long pixel, block, image;  ///< steps to the next column, group of V channels, image
};

/// What the kernels see of one call. Raw pointers only: kernels are compiled for instruction sets
/// that the rest of the program may not use.
struct WinogradArgs {
  WinogradMap src, dst;
  int dst_float;        ///< 1: dst is float32, whatever the kernels' element
  const void* weights;  ///< [block of 2V channels out][36][channels in][2V]; bf16: pairs of
                        ///< channels in side by side
  const float* bias;    ///< one a channel out, zero past the last
  const void* sum;      ///< a map like dst to be added before the activation, or null; may be dst
  float low, high;      ///< the activation: min(max(y, low), high)
  long in_blocks, out_blocks;  ///< groups of V channels
  long in_h, in_w, pad_top, pad_left, out_h, out_w;
  long tiles_y, tiles_x;
  int pool;
};

/// Kernels of one instruction set.
struct WinogradKernels {
  int width;          ///< V
  int element_bytes;  ///< of maps, planes and weights: 4 float32, 2 bfloat16
  /// Tiles [begin, end) of the input, transformed, into planes[36][end - begin][channels in + a
  /// pad]; plane_stride elements between planes.
  void (*input)(const WinogradArgs& args, long begin, long end, void* planes, long plane_stride);
  /// The products of those tiles with channel block `block` (of 2V), transformed back, into dst.
  /// `sums`: scratch [36][end - begin][2V], sums_stride floats between planes.
  void (*output)(const WinogradArgs& args,
                 long begin,
                 long end,
                 long block,
                 const void* planes,
                 long plane_stride,
                 float* sums,
                 long sums_stride);
  /// One channel block of weights [out][in][3][3] (`in` real channels), transformed; `in_padded`
  /// rows are written a plane.
  void (*weights)(
      const float* weights, long out, long in, long in_padded, long block, void* packed);
};
const WinogradKernels& winograd_kernels(SimdLevel level);
const WinogradKernels& winograd_kernels_plain();
const WinogradKernels& winograd_kernels_avx2();
const WinogradKernels& winograd_kernels_avx512();
/// bfloat16 products, float32 sums; only where cpu_facts() has avx512_bf16.
const WinogradKernels& winograd_kernels_bf16();

/// How tiles are cut up: `block` tiles at a time; each thread its own block, or all threads one
/// block together, which reads the weights once for all of them.
struct WinogradBlocking {
  int block = 0;
  bool shared = false;
  bool operator==(const WinogradBlocking&) const = default;
};

size_t winograd_weight_bytes(const WinogradKernels& kernels, int in_channels, int out_channels);
/// Transforms weights [out][in][3][3] into `packed` on `num_threads` threads.
void winograd_pack(const WinogradKernels& kernels,
                   int in_channels,
                   int out_channels,
                   const float* weights,
                   std::byte* packed,
                   int num_threads);

size_t winograd_scratch_bytes(const WinogradKernels& kernels,
                              const WinogradShape& shape,
                              WinogradBlocking blocking,
                              int num_threads);
/// A blocking that is good by rule: transformed tiles fill half of a typical level 2 cache.
WinogradBlocking winograd_default_blocking(const WinogradShape& shape, int num_threads);

struct WinogradCall {
  const void* src = nullptr;
  bool src_pixels = false;        ///< src is [n][h][w][c]; else blocked
  const void* weights = nullptr;  ///< packed
  const float* bias = nullptr;    ///< padded to whole blocks of 2V
  const void* sum = nullptr;
  void* dst = nullptr;
  bool dst_pixels = false;
  bool dst_float = false;
  float low = 0, high = 0;
  std::byte* scratch = nullptr;
};
void winograd_run(const WinogradKernels& kernels,
                  const WinogradShape& shape,
                  WinogradBlocking blocking,
                  const WinogradCall& call,
                  int num_threads);

}  // namespace loci::internal
