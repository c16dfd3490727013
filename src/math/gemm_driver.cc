// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The outer loops of the matrix product: blocks of b and a are packed by all threads into buffers
// that they share, then all threads take tiles of out. The order of the sums of one element depends
// on the depth alone.
#include "gemm_driver.h"

#include "loci/base/parallel.h"

#include <algorithm>

namespace loci::internal {
namespace {

constexpr int64_t kDepth = 256;  // a panel of b (16 or 32 columns) stays in the first-level cache
constexpr int64_t kBlockCols = 4096;  // packed b: at most 4 MiB of float32
constexpr int64_t kBlockRows = 2016;  // packed a: at most 2 MiB; a multiple of 4, 6 and 12
constexpr int64_t kTileRows = 144;    // rows of a that stay in the second-level cache; likewise
constexpr int64_t kTileCols = 512;
constexpr int64_t kPackFrom = 160;  // columns of out from which it pays to pack a

/// Memory for packed panels, kept by the thread between calls: fresh pages cost as much as small
/// products.
template <class T>
T* scratch(size_t count) {
  thread_local AlignedBuffer<T> buffer;
  if (buffer.size() < count) buffer = AlignedBuffer<T>(count);
  return buffer.data();
}

int64_t round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

}  // namespace

template <class T>
void gemm(MatrixView<const T> a,
          MatrixView<const T> b,
          bool b_across,
          MatrixView<T> out,
          int num_threads,
          bool accumulate,
          const GemmKernel<T>& kernel) {
  const int64_t m = out.rows(), n = out.cols(), depth = a.cols();
  const int64_t width = kernel.panel_cols;
  const bool pack_a = n >= kPackFrom;
  const int64_t block_cols = std::min(round_up(n, width), kBlockCols);
  const int64_t block_rows = std::min(m, pack_a ? kBlockRows : int64_t{1} << 16);
  const int64_t block_depth = std::min(depth, kDepth);
  T* const b_packed =
      scratch<T>(static_cast<size_t>((block_cols + (pack_a ? block_rows : 0)) * block_depth));
  T* const a_packed = b_packed + block_cols * block_depth;
  const bool alone = m * n * depth < 1 << 18;  // waking other threads would take longer
  const int threads = alone ? 1 : num_threads;

  for (int64_t col = 0; col < n; col += block_cols) {
    const int64_t cols = std::min(block_cols, n - col);
    for (int64_t p = 0; p < depth; p += block_depth) {
      const int64_t deep = std::min(block_depth, depth - p);
      const int64_t pack_grain = 8 * width;
      parallel_for(cols, pack_grain, threads, [&](int64_t begin, int64_t end) {
        T* to = b_packed + begin * deep;
        if (b_across) {
          kernel.pack_cols(
              b.row_data(p) + col + begin, b.stride(), end - begin, deep, kernel.panel_cols, to);
        } else {
          kernel.pack_rows(b.row_data(col + begin) + p,
                           b.stride(),
                           end - begin,
                           deep,
                           kernel.panel_cols,
                           false,
                           to);
        }
      });
      for (int64_t row = 0; row < m; row += block_rows) {
        const int64_t rows = std::min(block_rows, m - row);
        if (pack_a) {
          parallel_for(rows, kTileRows, threads, [&](int64_t begin, int64_t end) {
            kernel.pack_rows(a.row_data(row + begin) + p,
                             a.stride(),
                             end - begin,
                             deep,
                             kernel.panel_rows,
                             true,
                             a_packed + begin * deep);
          });
        }
        const int64_t tile_cols = round_up(kTileCols, width);
        const int64_t across = (cols + tile_cols - 1) / tile_cols;
        const int64_t down = (rows + kTileRows - 1) / kTileRows;
        parallel_for(across * down, 1, threads, [&](int64_t begin, int64_t end) {
          for (int64_t tile = begin; tile < end; ++tile) {
            const int64_t r = tile / across * kTileRows, c = tile % across * tile_cols;
            kernel.tile(std::min(kTileRows, rows - r),
                        std::min(tile_cols, cols - c),
                        deep,
                        pack_a ? a_packed + r * deep : a.row_data(row + r) + p,
                        a.stride(),
                        pack_a,
                        b_packed + c * deep,
                        out.row_data(row + r) + col + c,
                        out.stride(),
                        accumulate || p > 0);
          }
        });
      }
    }
  }
}

template void gemm(MatrixView<const float>,
                   MatrixView<const float>,
                   bool,
                   MatrixView<float>,
                   int,
                   bool,
                   const GemmKernel<float>&);
template void gemm(MatrixView<const double>,
                   MatrixView<const double>,
                   bool,
                   MatrixView<double>,
                   int,
                   bool,
                   const GemmKernel<double>&);

}  // namespace loci::internal
