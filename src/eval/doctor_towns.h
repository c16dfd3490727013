// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "point_cells.h"

#include "loci/data/dataset.h"

#include <optional>
#include <vector>

namespace loci::internal {

/// Where a position lies: on a sphere of the Earth's mean radius, or, for a grid without zone, in a
/// plane of its own far from it. Distances on the sphere are right to 0.3 %.
std::optional<Point> place_in_space(const ImageRecord& record);
Point place_in_space(LatLon position);
double distance(const Point& a, const Point& b);

/// Groups of points: two belong together when a chain of cubes of 5 km that touch leads from one to
/// the other.
struct Towns {
  std::vector<size_t> of;    ///< point -> town, the largest being 0; kNowhere without a point
  std::vector<size_t> size;  ///< points of each town, falling
  static constexpr size_t kNowhere = SIZE_MAX;
};
/// Cost: linear in the points
Towns find_towns(const std::vector<std::optional<Point>>& points);

}  // namespace loci::internal
