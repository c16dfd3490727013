// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/pose.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci {

std::array<double, 3> rotate(const Pose& p, const std::array<double, 3>& v) {
  // v + 2 w (q x v) + 2 q x (q x v)
  const double tx = 2 * (p.qy * v[2] - p.qz * v[1]);
  const double ty = 2 * (p.qz * v[0] - p.qx * v[2]);
  const double tz = 2 * (p.qx * v[1] - p.qy * v[0]);
  return {v[0] + p.qw * tx + p.qy * tz - p.qz * ty,
          v[1] + p.qw * ty + p.qz * tx - p.qx * tz,
          v[2] + p.qw * tz + p.qx * ty - p.qy * tx};
}

Pose between(const Pose& a, const Pose& b) {
  const Pose back{0, 0, 0, -a.qx, -a.qy, -a.qz, a.qw};
  const auto t = rotate(back, {b.x - a.x, b.y - a.y, b.z - a.z});
  return {t[0],
          t[1],
          t[2],
          back.qw * b.qx + back.qx * b.qw + back.qy * b.qz - back.qz * b.qy,
          back.qw * b.qy - back.qx * b.qz + back.qy * b.qw + back.qz * b.qx,
          back.qw * b.qz + back.qx * b.qy - back.qy * b.qx + back.qz * b.qw,
          back.qw * b.qw - back.qx * b.qx - back.qy * b.qy - back.qz * b.qz};
}

double distance_m(const Pose& a, const Pose& b) {
  return std::hypot(a.x - b.x, a.y - b.y, a.z - b.z);
}

double view_angle_deg(const Pose& a, const Pose& b) {
  const auto u = rotate(a, {0, 0, 1}), v = rotate(b, {0, 0, 1});
  const double cosine = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / std::numbers::pi;
}

}  // namespace loci
