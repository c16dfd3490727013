// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Scenes drawn in the frame of PointPairs: two cameras whose geometry is known.
#pragma once

#include "two_view.h"

#include "loci/base/rng.h"

#include <cmath>

namespace loci::internal {

/// A turn by `angle` about the upright axis, and a little about another.
inline Mat3 turn(double angle) {
  const double c = std::cos(angle), s = std::sin(angle);
  const double tc = std::cos(0.05), ts = std::sin(0.05);
  return product({c, 0, s, 0, 1, 0, -s, 0, c}, {1, 0, 0, 0, tc, -ts, 0, ts, tc});
}

/// Two cameras with a focal length of 1.5, the second turned and moved.
struct TwoCameras {
  Mat3 rotation = turn(0.15);
  Vec3 move{0.8, 0.1, 0.2};
  static constexpr double kFocal = 1.5;

  Vec3 second_of(const Vec3& point) const {
    const Vec3 r = product(rotation, point);
    return {r[0] + move[0], r[1] + move[1], r[2] + move[2]};
  }
  /// The point at `depth` that the first camera sees at (x, y), as a pair without noise.
  void add(PointPairs& pairs, int64_t i, double x, double y, double depth, double noise, Rng& rng)
      const {
    const Vec3 q = second_of({x / kFocal * depth, y / kFocal * depth, depth});
    pairs.set(i,
              x + noise * rng.normal(),
              y + noise * rng.normal(),
              kFocal * q[0] / q[2] + noise * rng.normal(),
              kFocal * q[1] / q[2] + noise * rng.normal());
  }
  /// The homography of the plane normal . X = distance.
  Mat3 homography(const Vec3& normal, double distance) const {
    Mat3 h = rotation;
    for (size_t i = 0; i < 3; ++i) {
      for (size_t j = 0; j < 3; ++j) h[3 * i + j] += move[i] * normal[j] / distance;
    }
    const Mat3 k{kFocal, 0, 0, 0, kFocal, 0, 0, 0, 1};
    return product(k, product(h, {1 / kFocal, 0, 0, 0, 1 / kFocal, 0, 0, 0, 1}));
  }
};

/// `right` pairs of points at depths of 3 to 9 and `wrong` ones anywhere.
inline PointPairs rigid_scene(
    const TwoCameras& cameras, int64_t right, int64_t wrong, double noise, uint64_t seed) {
  Rng rng(seed, "rigid scene");
  PointPairs pairs(right + wrong);
  for (int64_t i = 0; i < right; ++i)
    cameras.add(
        pairs, i, rng.uniform(-1, 1), rng.uniform(-0.75, 0.75), rng.uniform(3, 9), noise, rng);
  for (int64_t i = right; i < right + wrong; ++i)
    pairs.set(i,
              rng.uniform(-1, 1),
              rng.uniform(-0.75, 0.75),
              rng.uniform(-1, 1),
              rng.uniform(-0.75, 0.75));
  return pairs;
}

/// The same with points of the plane z + x / 2 = 5.
inline PointPairs flat_scene(
    const TwoCameras& cameras, int64_t right, int64_t wrong, double noise, uint64_t seed) {
  PointPairs pairs = rigid_scene(cameras, right, wrong, noise, seed);
  Rng rng(seed, "flat scene");
  for (int64_t i = 0; i < right; ++i) {
    const double x = rng.uniform(-1, 1), y = rng.uniform(-0.75, 0.75);
    cameras.add(pairs, i, x, y, 5 / (1 + x / TwoCameras::kFocal / 2), noise, rng);
  }
  return pairs;
}

}  // namespace loci::internal
