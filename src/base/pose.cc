// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/pose.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace loci {

// Shepperd 1978: the largest of the four components first.
Pose pose_of_matrix(const std::array<double, 9>& m, const std::array<double, 3>& position) {
  const double xx = m[0], yy = m[4], zz = m[8];
  const std::array<double, 4> squares{
      1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz, 1 + xx + yy + zz};
  const auto largest = std::ranges::max_element(squares) - squares.begin();
  std::array<double, 4> q{};
  switch (largest) {
    case 0:
      q = {squares[0], m[1] + m[3], m[2] + m[6], m[7] - m[5]};
      break;
    case 1:
      q = {m[1] + m[3], squares[1], m[5] + m[7], m[2] - m[6]};
      break;
    case 2:
      q = {m[2] + m[6], m[5] + m[7], squares[2], m[3] - m[1]};
      break;
    default:
      q = {m[7] - m[5], m[2] - m[6], m[3] - m[1], squares[3]};
      break;
  }
  const double norm = std::hypot(std::hypot(q[0], q[1], q[2]), q[3]);
  return {
      position[0], position[1], position[2], q[0] / norm, q[1] / norm, q[2] / norm, q[3] / norm};
}

Pose compose(const Pose& a, const Pose& b) {
  const auto t = rotate(a, {b.x, b.y, b.z});
  return {a.x + t[0],
          a.y + t[1],
          a.z + t[2],
          a.qw * b.qx + a.qx * b.qw + a.qy * b.qz - a.qz * b.qy,
          a.qw * b.qy - a.qx * b.qz + a.qy * b.qw + a.qz * b.qx,
          a.qw * b.qz + a.qx * b.qy - a.qy * b.qx + a.qz * b.qw,
          a.qw * b.qw - a.qx * b.qx - a.qy * b.qy - a.qz * b.qz};
}

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
  Pose out = compose(back, b);
  out.x = t[0];
  out.y = t[1];
  out.z = t[2];
  return out;
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
