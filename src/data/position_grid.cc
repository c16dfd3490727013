// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "position_grid.h"

#include <algorithm>
#include <cmath>

namespace loci {
namespace {

// Coordinates of one number can be compared: a zone and a hemisphere, or the unnamed grid.
int64_t grid_of(const Utm& point) {
  return point.zone == 0 ? 0 : int64_t{point.zone} * 2 + (point.band < 'N' ? 1 : 0);
}

// Floor as an integer; far outside of any map the cells melt into one, which costs time and changes
// no answer.
int64_t cell_number(double metres, double cell_m) {
  constexpr double kLimit = 1e15;
  return static_cast<int64_t>(std::clamp(std::floor(metres / cell_m), -kLimit, kLimit));
}

}  // namespace

PositionGrid::PositionGrid(const std::vector<ImageRecord>& images, double radius_m)
    // A little wider than the radius, so that rounding never puts a right answer two cells away.
    : radius_m_(radius_m), cell_m_(std::max(1.0, radius_m * 1.001)) {
  for (size_t row = 0; row < images.size(); ++row) {
    if (!images[row].utm.has_value()) continue;
    const Utm& utm = *images[row].utm;
    entries_.push_back({cell_of(utm), static_cast<int64_t>(row), utm.east_m, utm.north_m});
    grids_.push_back(entries_.back().cell.grid);
  }
  std::sort(entries_.begin(), entries_.end());
  std::sort(grids_.begin(), grids_.end());
  grids_.erase(std::unique(grids_.begin(), grids_.end()), grids_.end());
}

PositionGrid::Cell PositionGrid::cell_of(const Utm& point) const {
  return {grid_of(point), cell_number(point.east_m, cell_m_), cell_number(point.north_m, cell_m_)};
}

void PositionGrid::find_in_grid(const Utm& point, std::vector<int64_t>* rows) const {
  const Cell centre = cell_of(point);
  const double radius_squared = radius_m_ * radius_m_;
  for (int64_t x = centre.x - 1; x <= centre.x + 1; ++x) {
    // The three cells of a column follow each other in the sorted entries.
    const Entry first{{centre.grid, x, centre.y - 1}, -1, 0, 0};
    for (auto it = std::lower_bound(entries_.begin(), entries_.end(), first); it != entries_.end();
         ++it) {
      if (it->cell.grid != centre.grid || it->cell.x != x || it->cell.y > centre.y + 1) break;
      const double east = it->east_m - point.east_m, north = it->north_m - point.north_m;
      if (east * east + north * north <= radius_squared) rows->push_back(it->row);
    }
  }
}

void PositionGrid::find(const Utm& point, std::vector<int64_t>* rows) const {
  rows->clear();
  find_in_grid(point, rows);
  if (point.zone != 0) {
    for (const int step : {-1, 1}) {
      const int zone = (point.zone - 1 + step + 60) % 60 + 1;
      const auto here = std::lower_bound(grids_.begin(), grids_.end(), int64_t{zone} * 2);
      if (here == grids_.end() || *here > int64_t{zone} * 2 + 1) continue;
      const Result<LatLon> position = to_lat_lon(point);
      if (!position.ok()) continue;
      const Result<Utm> neighbour = to_utm(*position, zone);
      if (neighbour.ok()) find_in_grid(*neighbour, rows);
    }
  }
  std::sort(rows->begin(), rows->end());
}

}  // namespace loci
