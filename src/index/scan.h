// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rows.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace loci::internal {

/// Some queries made ready for one way of scoring all rows approximately.
class Scan {
 public:
  virtual ~Scan() = default;
  /// out(q, i) = score of query q and row begin + i, for the rows [begin, end).
  virtual void score(int64_t begin, int64_t end, MatrixView<float> out, int num_threads) const = 0;
  /// A bound on how far the difference of two scores of query q may be from the difference of the
  /// true ones.
  virtual float slack(int64_t q) const = 0;
};

/// A form in which rows are held for scanning.
class Scanner {
 public:
  virtual ~Scanner() = default;
  virtual std::unique_ptr<Scan> prepare(ConstMatrixView queries, int num_threads) const = 0;
  virtual size_t memory_bytes() const = 0;
};

std::unique_ptr<Scanner> make_float_scanner(const Rows& rows);
std::unique_ptr<Scanner> make_half_scanner(const Rows& rows, int num_threads);

/// Bound on the error of a float32 dot product of rows of `dim` values, relative to |a| |b| (Higham
/// 2002, 3.1): no sum of ours is longer than a block of 256 and the blocks, or a sixteenth of the
/// row.
double float_dot_error(int64_t dim);

/// The candidates of every query among the rows that are kept; `want` best and those within the
/// slack (none when `exact_count`).
std::vector<std::vector<int64_t>> scan_all(const Scan& scan,
                                           int64_t num_queries,
                                           int64_t num_rows,
                                           int64_t want,
                                           bool exact_count,
                                           std::span<const uint8_t> kept,
                                           int num_threads);

}  // namespace loci::internal
