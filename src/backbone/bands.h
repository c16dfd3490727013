// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace loci::internal {

/// The rows of one convolution in a chain, each of which reads the one before it.
struct BandConv {
  int in_rows = 0, out_rows = 0;
  int reach = 1;  ///< rows that its window covers
  int stride = 1, pad_top = 0;
};

/// What one convolution does for a band. All but the last write to a strip: some rows of their map, the first at the
/// strip's start, those that lie outside the map zero.
struct BandWork {
  int keep_from = 0, keep_rows = 0;  ///< rows of the strip that move to its start
  int zero_from = 0, zero_rows = 0;  ///< rows of the strip above the map
  int first = 0, rows = 0;           ///< rows of the map that are computed
  int strip_row = 0;                 ///< where they go in the strip
  int zero_after = 0;                ///< zero rows behind them
  /// Of the first convolution, which reads a whole map: the first row its window meets, and how many it has above and
  /// below the map. The others read from their strip's start.
  int source_row = 0, pad_top = 0, pad_bottom = 0;
};

/// How a chain runs band by band, so that what lies between its convolutions stays in the cache.
struct BandSchedule {
  /// [segment][band][convolution]. Bands of a segment follow each other and keep the rows they share; segments are
  /// independent of each other.
  std::vector<std::vector<std::vector<BandWork>>> segments;
  std::vector<int> strip_rows;  ///< the most that each strip holds; one fewer than convolutions
};

/// Bands of about `band_rows` rows of the last convolution, all alike but the last of a segment.
BandSchedule schedule_bands(const std::vector<BandConv>& chain, int band_rows, int num_segments);

}  // namespace loci::internal
