// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/pose.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci {
namespace {

const double kHalf = std::sqrt(0.5);

TEST(Pose, AQuarterTurnAboutZTakesXToY) {
  const Pose turn{0, 0, 0, 0, 0, kHalf, kHalf};
  const auto v = rotate(turn, {1, 0, 0});
  EXPECT_NEAR(v[0], 0, 1e-12);
  EXPECT_NEAR(v[1], 1, 1e-12);
  EXPECT_NEAR(v[2], 0, 1e-12);
}

TEST(Pose, BetweenIsSeenFromTheFirst) {
  const Pose a{1, 2, 3, 0, 0, kHalf, kHalf}, b{1, 4, 3, 0, 0, 0, 1};
  const Pose d = between(a, b);  // two metres north, for one who looks north: ahead
  EXPECT_NEAR(d.x, 2, 1e-12);
  EXPECT_NEAR(d.y, 0, 1e-12);
  EXPECT_NEAR(d.qz, -kHalf, 1e-12);
  EXPECT_NEAR(d.qw, kHalf, 1e-12);
  const Pose none = between(b, b);
  EXPECT_NEAR(distance_m(none, {}), 0, 1e-12);
  EXPECT_NEAR(none.qw, 1, 1e-12);
}

TEST(Pose, ComposingUndoesBetween) {
  const Pose a{1, 2, 3, 0.5, -0.5, 0.5, 0.5}, b{-4, 5, 6, 0, kHalf, 0, kHalf};
  const Pose same = compose(a, between(a, b));
  EXPECT_NEAR(distance_m(same, b), 0, 1e-12);
  EXPECT_NEAR(view_angle_deg(same, b), 0, 1e-6);
  EXPECT_NEAR(same.qx * b.qx + same.qy * b.qy + same.qz * b.qz + same.qw * b.qw, 1, 1e-12);
}

TEST(Pose, OfAMatrixTurnsAsTheMatrixDoes) {
  // Half turns, where the real part is 0, among them.
  for (const Pose& turn : {Pose{0, 0, 0, 0, 0, kHalf, kHalf},
                           Pose{0, 0, 0, 1, 0, 0, 0},
                           Pose{0, 0, 0, 0, 1, 0, 0},
                           Pose{0, 0, 0, 0, 0, 1, 0},
                           Pose{0, 0, 0, 0.5, -0.5, 0.5, 0.5}}) {
    const auto x = rotate(turn, {1, 0, 0}), y = rotate(turn, {0, 1, 0}),
               z = rotate(turn, {0, 0, 1});
    const Pose back =
        pose_of_matrix({x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]}, {7, 8, 9});
    EXPECT_NEAR(
        std::abs(back.qx * turn.qx + back.qy * turn.qy + back.qz * turn.qz + back.qw * turn.qw),
        1,
        1e-12);
    EXPECT_EQ(back.y, 8);
  }
}

TEST(Pose, ViewAnglesAreBetweenOpticalAxes) {
  const Pose plain, about_z{0, 0, 0, 0, 0, kHalf, kHalf}, about_x{0, 0, 0, kHalf, 0, 0, kHalf};
  EXPECT_NEAR(view_angle_deg(plain, about_z), 0, 1e-5);
  EXPECT_NEAR(view_angle_deg(plain, about_x), 90, 1e-9);
  EXPECT_NEAR(distance_m({0, 3, 0}, {0, 0, 4}), 5, 1e-12);
}

}  // namespace
}  // namespace loci
