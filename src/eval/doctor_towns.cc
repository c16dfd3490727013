// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "doctor_towns.h"

#include "doctor_parts.h"

#include "loci/base/svg_map.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace loci::internal {
namespace {

constexpr double kEarthM = 6'371'008.8;
constexpr double kTownCellM = 5000;
constexpr double kOwnPlaneM = 1e9;  // height of the plane for grids without a zone
constexpr size_t kMostTownsDrawn = 6;

size_t root_of(std::vector<size_t>& parent, size_t i) {
  while (parent[i] != i) i = parent[i] = parent[parent[i]];
  return i;
}

LatLon middle(const std::vector<LatLon>& points) {
  // Of the unit vectors, so that a town on the 180th meridian has its middle there.
  double x = 0, y = 0, z = 0;
  for (const LatLon& point : points) {
    const Point at = place_in_space(point);
    x += at[0], y += at[1], z += at[2];
  }
  constexpr double kDegrees = 180 / std::numbers::pi;
  return {.lat = std::atan2(z, std::hypot(x, y)) * kDegrees, .lon = std::atan2(y, x) * kDegrees};
}

DoctorReport::Mark mark_of(const Examination& exam, size_t i) {
  using Mark = DoctorReport::Mark;
  if (exam.photos[i].misplaced) return Mark::kFault;
  return !exam.asks(i) ? Mark::kDatabase : exam.answered[i] != 0 ? Mark::kQuery : Mark::kUnanswered;
}

}  // namespace

Point place_in_space(LatLon position) {
  constexpr double kRadian = std::numbers::pi / 180;
  const double lat = position.lat * kRadian, lon = position.lon * kRadian;
  return {kEarthM * std::cos(lat) * std::cos(lon),
          kEarthM * std::cos(lat) * std::sin(lon),
          kEarthM * std::sin(lat)};
}

std::optional<Point> place_in_space(const ImageRecord& record) {
  if (record.position.has_value()) return place_in_space(*record.position);
  if (!record.utm.has_value()) return std::nullopt;
  const double limit = 1e12;
  if (!(std::abs(record.utm->east_m) < limit && std::abs(record.utm->north_m) < limit))
    return std::nullopt;
  return Point{record.utm->east_m, record.utm->north_m, kOwnPlaneM};
}

double distance(const Point& a, const Point& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

Towns find_towns(const std::vector<std::optional<Point>>& points) {
  PointCells cells(kTownCellM);  // one point stands for its cube
  std::vector<size_t> parent(points.size());
  std::iota(parent.begin(), parent.end(), size_t{0});
  for (size_t i = 0; i < points.size(); ++i) {
    if (!points[i].has_value()) continue;
    const PointCells::Key here = cells.key(*points[i]);
    cells.near(here, [&](size_t other) { parent[root_of(parent, i)] = root_of(parent, other); });
    cells.add_first(*points[i], i);
  }
  std::vector<size_t> size(points.size(), 0);
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i].has_value()) ++size[root_of(parent, i)];
  }
  std::vector<size_t> roots;
  for (size_t i = 0; i < points.size(); ++i) {
    if (size[i] > 0) roots.push_back(i);
  }
  std::stable_sort(
      roots.begin(), roots.end(), [&](size_t a, size_t b) { return size[a] > size[b]; });
  Towns towns{.of = std::vector<size_t>(points.size(), Towns::kNowhere), .size = {}};
  std::vector<size_t> number(points.size());
  for (size_t town = 0; town < roots.size(); ++town) {
    number[roots[town]] = town;
    towns.size.push_back(size[roots[town]]);
  }
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i].has_value()) towns.of[i] = number[root_of(parent, i)];
  }
  return towns;
}

void draw_towns(Examination* exam) {
  std::vector<std::optional<Point>> points;
  for (const Photo& photo : exam->photos) points.push_back(photo.at);
  const Towns towns = find_towns(points);
  const size_t drawn = std::min(kMostTownsDrawn, towns.size.size());
  std::vector<std::vector<size_t>> members(drawn);
  for (size_t i = 0; i < points.size(); ++i) {
    if (towns.of[i] < drawn) members[towns.of[i]].push_back(i);
  }
  for (const std::vector<size_t>& town : members) {
    DoctorReport::Town map;
    std::vector<LatLon> positions;
    for (const size_t i : town) {
      if (exam->photos[i].record.position.has_value())
        positions.push_back(*exam->photos[i].record.position);
    }
    const LatLon centre = middle(positions);
    map.name = positions.empty() ? "the set's own grid"
                                 : format("around %.4f, %.4f", centre.lat, centre.lon);
    for (const size_t i : town) {
      const Photo& photo = exam->photos[i];
      const MapOffset at =
          photo.record.position.has_value()
              ? offset_from(centre, *photo.record.position)
              : MapOffset{.east_m = photo.record.utm->east_m, .north_m = photo.record.utm->north_m};
      map.dots.push_back({.east_m = at.east_m, .north_m = at.north_m, .mark = mark_of(*exam, i)});
    }
    exam->report.towns.push_back(std::move(map));
  }
}

}  // namespace loci::internal
