// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/svg_map.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(SvgMap, NorthIsUpAndTheReachEndsAtTheMargin) {
  const SvgMap map({.label = "dots", .width = 200, .height = 100, .margin = 10}, 400);
  EXPECT_EQ(map.scale(), 0.1);  // (100 / 2 - 10) pixels for 400 m
  EXPECT_EQ(map.x({.east_m = 100, .north_m = 0}), 110);
  EXPECT_EQ(map.y({.east_m = 0, .north_m = 400}), 10);
  EXPECT_TRUE(map.contains({.east_m = 999, .north_m = 0}));
  EXPECT_FALSE(map.contains({.east_m = 1001, .north_m = 0}));
}

TEST(SvgMap, OffsetsCrossTheDateLine) {
  const MapOffset east = offset_from({.lat = 0, .lon = 179.999}, {.lat = 0, .lon = -179.999});
  EXPECT_NEAR(east.east_m, 0.002 * 111195.08, 0.01);
  EXPECT_EQ(east.north_m, 0);
}

TEST(SvgMap, ScaleBarIsRound) {
  EXPECT_EQ(scale_bar_m(400), 100);
  EXPECT_EQ(scale_bar_m(399), 50);
  EXPECT_EQ(scale_bar_m(90), 20);
}

TEST(SvgMap, LabelIsEscapedAndThePictureIsWhole) {
  SvgMap map({.label = "<b>"}, 50);
  map.add("<circle r=\"1\"/>");
  const std::string svg = map.finish();
  EXPECT_NE(svg.find("map of &lt;b&gt;, north up"), std::string::npos);
  EXPECT_LT(svg.find("<circle"), svg.find("20 m"));  // 320 wide at 96 pixels for 50 m: 167 m
  EXPECT_TRUE(svg.ends_with("</svg>"));
}

TEST(SvgMap, NoGroundBreaksTheContract) {
  EXPECT_THROW(SvgMap({.label = ""}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace loci
