// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rotation.h"
#include "rows.h"

#include "loci/base/status.h"
#include "loci/index/index.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace loci::internal {

/// An inverted file of product-quantised residuals (Jegou, Douze and Schmid 2011). Rows are rotated
/// at random; their cell is that of the nearest of `cells` by the first `cell_dim` rotated values
/// (a random projection, a quarter or less of the arithmetic); what is left after subtracting the
/// mean of the cell is cut into `parts` pieces, each coded by one byte.
struct IvfPq {
  explicit IvfPq(int64_t dim) : rotation(dim) {}
  int64_t width() const { return rotation.width(); }
  int64_t part_dim() const { return width() / parts; }

  Rotation rotation;
  int64_t cell_dim = 0, parts = 0;
  Matrix cells;                ///< L x cell_dim
  Matrix means;                ///< L x width, of the rotated rows in each cell
  std::vector<Matrix> books;   ///< parts of at most 256 x part_dim
  std::vector<int64_t> first;  ///< L + 1: entries of cell c are [first[c], first[c + 1])
  std::vector<int32_t> ids;    ///< N
  std::vector<uint8_t> codes;  ///< N x parts
};

Result<std::unique_ptr<IvfPq>> train_ivfpq(const Rows& rows, const IndexOptions& options);

}  // namespace loci::internal
