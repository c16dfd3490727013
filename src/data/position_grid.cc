// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "position_grid.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace loci {
namespace {

// Coordinates of one number can be compared: a zone and a hemisphere, or the unnamed grid.
int64_t grid_of(const Utm& point) {
  return point.zone == 0 ? 0 : int64_t{point.zone} * 2 + (point.band < 'N' ? 1 : 0);
}

// In a frame that turns with the Earth, metres: WGS 84's ellipsoid at height 0.
std::optional<std::array<double, 3>> point_of(const Utm& utm) {
  const Result<LatLon> position = to_lat_lon(utm);
  if (!position.ok()) return std::nullopt;
  constexpr double kAxis_m = 6378137, kFlattening = 1 / 298.257223563;
  constexpr double kEccentricity2 = kFlattening * (2 - kFlattening);
  const double lat = position->lat * std::numbers::pi / 180,
               lon = position->lon * std::numbers::pi / 180;
  const double normal = kAxis_m / std::sqrt(1 - kEccentricity2 * std::sin(lat) * std::sin(lat));
  return std::array<double, 3>{normal * std::cos(lat) * std::cos(lon),
                               normal * std::cos(lat) * std::sin(lon),
                               normal * (1 - kEccentricity2) * std::sin(lat)};
}

// The straight way between two points that are so far apart on the ground.
double chord(double arc_m) {
  constexpr double kRadius_m = 6371008.8;
  return 2 * kRadius_m * std::sin(std::min(arc_m / (2 * kRadius_m), std::numbers::pi / 2));
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
    : radius_m_(radius_m), chord_m_(chord(radius_m)), cell_m_(std::max(1.0, radius_m * 1.001)) {
  std::vector<int64_t> grids;
  for (size_t row = 0; row < images.size(); ++row) {
    if (!images[row].utm.has_value()) continue;
    const Utm& utm = *images[row].utm;
    entries_.push_back({cell_of(utm), static_cast<int64_t>(row), utm.east_m, utm.north_m});
    grids.push_back(entries_.back().cell.grid);
  }
  std::sort(entries_.begin(), entries_.end());
  std::sort(grids.begin(), grids.end());
  grids.erase(std::unique(grids.begin(), grids.end()), grids.end());
  std::erase(grids, 0);
  if (grids.empty()) return;
  // Queries may be of another grid than all images, so that one grid is no reason to leave the globe out; only images
  // near its edge need it, but the test would cost more than the entry.
  for (size_t row = 0; row < images.size(); ++row) {
    if (!images[row].utm.has_value() || images[row].utm->zone == 0) continue;
    const auto at = point_of(*images[row].utm);
    if (at)
      globe_.push_back(
          {globe_cell(*at), static_cast<int64_t>(row), grid_of(*images[row].utm), *at});
  }
  std::sort(globe_.begin(), globe_.end());
}

std::array<int64_t, 3> PositionGrid::globe_cell(const std::array<double, 3>& at) const {
  return {cell_number(at[0], cell_m_), cell_number(at[1], cell_m_), cell_number(at[2], cell_m_)};
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

void PositionGrid::find_on_earth(const Utm& point, std::vector<int64_t>* rows) const {
  if (globe_.empty() || point.zone == 0) return;
  const auto centre = point_of(point);
  if (!centre) return;
  const int64_t own = grid_of(point);
  const std::array<int64_t, 3> cell = globe_cell(*centre);
  for (int64_t x = cell[0] - 1; x <= cell[0] + 1; ++x) {
    for (int64_t y = cell[1] - 1; y <= cell[1] + 1; ++y) {
      const GlobeEntry first{{x, y, cell[2] - 1}, -1, 0, {}};
      for (auto it = std::lower_bound(globe_.begin(), globe_.end(), first); it != globe_.end();
           ++it) {
        if (it->cell[0] != x || it->cell[1] != y || it->cell[2] > cell[2] + 1) break;
        if (it->grid == own) continue;  // found on its plane
        double squared = 0;
        for (size_t i = 0; i < 3; ++i)
          squared += (it->at[i] - (*centre)[i]) * (it->at[i] - (*centre)[i]);
        if (squared <= chord_m_ * chord_m_) rows->push_back(it->row);
      }
    }
  }
}

void PositionGrid::find(const Utm& point, std::vector<int64_t>* rows) const {
  rows->clear();
  find_in_grid(point, rows);
  find_on_earth(point, rows);
  std::sort(rows->begin(), rows->end());
}

}  // namespace loci
