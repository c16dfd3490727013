// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "transform_chain.h"

#include <cmath>

#include <gtest/gtest.h>

namespace loci::internal {
namespace {

const double kHalf = std::sqrt(0.5);

/// map>odom jumps by a metre north at 10 s, and looks along y; odom>base drives along x; the camera sits two metres up.
Transforms robot() {
  Transforms out;
  for (int i = 0; i <= 20; ++i)
    out["odom>base_link"].push_back({static_cast<double>(i), {static_cast<double>(i), 0, 0}});
  out["map>odom"] = {{0, {5, 0, 0, 0, 0, kHalf, kHalf}}, {20, {5, 2, 0, 0, 0, kHalf, kHalf}}};
  out["base_link>camera"] = {{0, {0, 0, 2}}};
  return out;
}

TEST(TransformChain, FramesAreComposedAtTheTimesOfTheMostFrequent) {
  const auto poses = chained(robot(), "map>camera");
  ASSERT_TRUE(poses.has_value());
  ASSERT_EQ(poses->size(), 21U);
  const TimedPose& half = (*poses)[10];
  EXPECT_EQ(half.stamp_s, 10);
  EXPECT_NEAR(half.pose.x, 5, 1e-12);
  EXPECT_NEAR(half.pose.y, 11, 1e-12);  // ten along the turned x, one by the map's correction
  EXPECT_NEAR(half.pose.z, 2, 1e-12);
  EXPECT_NEAR(rotate(half.pose, {1, 0, 0})[1], 1, 1e-12);
  EXPECT_FALSE(chained(robot(), "map>arm").has_value());
  EXPECT_FALSE(chained(robot(), "camera>map").has_value());
}

TEST(TransformChain, OutsideOfItsTimesATransformHoldsForASecond) {
  Transforms robot_ = robot();
  robot_["map>odom"] = {{4, {5, 0, 0}}, {9, {6, 0, 0}}};
  const auto poses = chained(robot_, "map>base_link");
  ASSERT_TRUE(poses.has_value());
  EXPECT_EQ(poses->front().stamp_s, 3);
  EXPECT_EQ(poses->back().stamp_s, 10);
}

TEST(TransformChain, WhatMovesIsOneChainUnlessItBranches) {
  EXPECT_EQ(moving_chain(robot()), "map>base_link");
  Transforms wheels = robot();
  wheels["base_link>wheel"] = {{0, {}}, {1, {0.1, 0, 0}}};
  EXPECT_EQ(moving_chain(wheels), "map>wheel");
  wheels["base_link>arm"] = {{0, {}}, {1, {0.1, 0, 0}}};
  EXPECT_FALSE(moving_chain(wheels).has_value());
  Transforms circle = {{"a>b", {{0, {}}, {1, {1, 0, 0}}}}, {"b>a", {{0, {}}, {1, {1, 0, 0}}}}};
  EXPECT_FALSE(chained(circle, "c>a").has_value());
  (void)moving_chain(circle);
}

}  // namespace
}  // namespace loci::internal
