// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/data/dataset.h"

#include <cstdint>
#include <vector>

namespace loci {

/// Positions sorted by the cell of a square grid they lie in. Only occupied cells exist, so a point
/// on the other side of the world costs as much as any other.
class PositionGrid {
 public:
  /// Rows of `images` that have a position (all finite) can be found within `radius_m` (finite, >=
  /// 0) of a point.
  PositionGrid(const std::vector<ImageRecord>& images, double radius_m);

  /// Appends the rows with d^2 <= radius_m^2 to `rows`, increasing, each once.
  void find(const Utm& point, std::vector<int64_t>* rows) const;

 private:
  struct Cell {
    int64_t grid, x, y;
    auto operator<=>(const Cell&) const = default;
  };
  struct Entry {
    Cell cell;
    int64_t row;
    double east_m, north_m;
    bool operator<(const Entry& other) const {
      return cell != other.cell ? cell < other.cell : row < other.row;
    }
  };
  Cell cell_of(const Utm& point) const;
  void find_in_grid(const Utm& point, std::vector<int64_t>* rows) const;

  double radius_m_;
  double cell_m_;
  std::vector<Entry> entries_;
  std::vector<int64_t> grids_;  ///< zones and hemispheres that occur, increasing
};

}  // namespace loci
