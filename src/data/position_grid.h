// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/data/dataset.h"

#include <array>
#include <cstdint>
#include <vector>

namespace loci {

/// Positions sorted by the cell of a square grid they lie in. Only occupied cells exist, so a point
/// on the other side of the world costs as much as any other. Positions of one zone and hemisphere are compared on its
/// grid, as published ground truths are; those of different ones (the edge of a zone, the equator, Svalbard, 180
/// degrees) as points of one Earth. Positions without a zone are compared among themselves.
class PositionGrid {
 public:
  /// Rows of `images` that have a position (all finite) can be found within `radius_m` (finite, >=
  /// 0) of a point.
  PositionGrid(const std::vector<ImageRecord>& images, double radius_m);

  /// Makes `rows` the rows at most radius_m away, increasing, each once.
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
  // A point of a named zone by its place in space, for neighbours on other grids.
  struct GlobeEntry {
    std::array<int64_t, 3> cell;
    int64_t row, grid;
    std::array<double, 3> at;
    bool operator<(const GlobeEntry& other) const {
      return cell != other.cell ? cell < other.cell : row < other.row;
    }
  };
  std::array<int64_t, 3> globe_cell(const std::array<double, 3>& at) const;
  void find_in_grid(const Utm& point, std::vector<int64_t>* rows) const;
  void find_on_earth(const Utm& point, std::vector<int64_t>* rows) const;

  double radius_m_, chord_m_;
  double cell_m_;
  std::vector<Entry> entries_;
  std::vector<GlobeEntry> globe_;
};

}  // namespace loci
