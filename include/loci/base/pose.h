// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace loci {

/// A rigid motion: x_world = R(q) x_body + t, metres, q a unit quaternion.
struct Pose {
  double x = 0, y = 0, z = 0;
  double qx = 0, qy = 0, qz = 0, qw = 1;
};

/// A pose at a time; `turned` false: only its position is known.
struct TimedPose {
  double stamp_s = 0;
  Pose pose;
  bool turned = true;
};

/// The rotation matrix in rows, and the position.
Pose pose_of_matrix(const std::array<double, 9>& rotation, const std::array<double, 3>& position);
/// a b: what is `b` as seen from a.
Pose compose(const Pose& a, const Pose& b);
/// The quaternion part applied to a vector.
std::array<double, 3> rotate(const Pose& pose, const std::array<double, 3>& v);
/// b as seen from a: a^-1 b.
Pose between(const Pose& a, const Pose& b);
/// Of the positions, metres.
double distance_m(const Pose& a, const Pose& b);
/// Between the directions of the z axes (of view, for a camera), degrees 0 to 180.
double view_angle_deg(const Pose& a, const Pose& b);

}  // namespace loci
