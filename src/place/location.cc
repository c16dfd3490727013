// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "location.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci {
namespace {

constexpr double kBandwidthM =
    35;  // houses across a street and the other end of a square still support each other
constexpr double kClusterM = 3 * kBandwidthM;
constexpr double kLeastRadiusM = 10;
constexpr double kMetresPerDegree = 6'371'008.8 * std::numbers::pi / 180;

struct Point {
  double east_m = 0, north_m = 0, weight = 0;
};

double distance(const Point& a, const Point& b) {
  return std::hypot(a.east_m - b.east_m, a.north_m - b.north_m);
}

/// The point with the least sum of weighted distances; unlike the mean it does not follow a few
/// strays.
Point geometric_median(const std::vector<Point>& points) {
  Point at;
  double total = 0;
  for (const Point& p : points) {
    at.east_m += p.weight * p.east_m;
    at.north_m += p.weight * p.north_m;
    total += p.weight;
  }
  at.east_m /= total;
  at.north_m /= total;
  for (int round = 0; round < 200; ++round) {
    Point next;
    double sum = 0;
    for (const Point& p : points) {
      const double pull = p.weight / std::max(distance(p, at), 0.01);
      next.east_m += pull * p.east_m;
      next.north_m += pull * p.north_m;
      sum += pull;
    }
    next.east_m /= sum;
    next.north_m /= sum;
    const double moved = distance(next, at);
    at = next;
    if (moved < 1e-3) break;
  }
  return at;
}

double two_thirds_radius(const std::vector<Point>& points, const Point& centre) {
  std::vector<std::pair<double, double>> by_distance;
  double total = 0;
  for (const Point& p : points) {
    by_distance.emplace_back(distance(p, centre), p.weight);
    total += p.weight;
  }
  std::sort(by_distance.begin(), by_distance.end());
  double sum = 0;
  for (const auto& [metres, weight] : by_distance) {
    sum += weight;
    if (sum >= total * 2 / 3) return std::max(metres, kLeastRadiusM);
  }
  return kLeastRadiusM;
}

}  // namespace

std::optional<Location> estimate_location(const std::vector<Evidence>& evidence, double chance) {
  if (chance >= 1) return std::nullopt;
  const auto best =
      std::max_element(evidence.begin(), evidence.end(), [](const Evidence& a, const Evidence& b) {
        return a.score < b.score;
      });
  if (best == evidence.end() || best->score <= chance) return std::nullopt;

  // A plane that touches the Earth at the best match: exact enough where it matters, within a
  // cluster of 100 m.
  const LatLon origin = best->position;
  const double shrink = std::max(1e-6, std::cos(origin.lat * std::numbers::pi / 180));
  std::vector<Point> points;
  double total = 0;
  for (const Evidence& e : evidence) {
    const double above = std::max(0.0, (e.score - chance) / (1 - chance));
    if (above <= 0) continue;
    const double turn = std::remainder(e.position.lon - origin.lon, 360.0);
    points.push_back({.east_m = turn * shrink * kMetresPerDegree,
                      .north_m = (e.position.lat - origin.lat) * kMetresPerDegree,
                      .weight = above * above});
    total += points.back().weight;
  }
  const Point* mode = nullptr;
  double densest = -1;
  for (const Point& p : points) {
    double density = 0;
    for (const Point& q : points) {
      const double d = distance(p, q) / kBandwidthM;
      density += q.weight * std::exp(-0.5 * d * d);
    }
    if (density > densest) {
      densest = density;
      mode = &p;
    }
  }
  std::vector<Point> cluster;
  double inside = 0;
  for (const Point& p : points) {
    if (distance(p, *mode) > kClusterM) continue;
    cluster.push_back(p);
    inside += p.weight;
  }
  const Point centre = geometric_median(cluster);
  Location location;
  location.position.lat = origin.lat + centre.north_m / kMetresPerDegree;
  location.position.lon =
      std::remainder(origin.lon + centre.east_m / (shrink * kMetresPerDegree), 360.0);
  location.radius_m = two_thirds_radius(cluster, centre);
  location.support = static_cast<int>(cluster.size());
  location.confidence = inside / total;
  return location;
}

}  // namespace loci
