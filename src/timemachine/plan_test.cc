// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include "look.h"
#include "visit.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Sun, StandsInTheSouthAtNoonAsHighAsTheSeasonSays) {
  const town::Vec3 summer = town::sun_direction(172, 12), winter = town::sun_direction(355, 12);
  EXPECT_NEAR(std::asin(summer.z) * 180 / 3.14159265, 90 - 45 + 23.44, 0.3);
  EXPECT_NEAR(std::asin(winter.z) * 180 / 3.14159265, 90 - 45 - 23.44, 0.3);
  EXPECT_LT(summer.y, 0);
  EXPECT_GT(town::sun_direction(172, 8).x, 0);   // east in the morning
  EXPECT_LT(town::sun_direction(172, 17).x, 0);  // west in the afternoon
}

TEST(Plan, HasAsManyPlacesAsAskedForAndNeighboursWithin25Metres) {
  const town::TownPlan plan = town::make_plan({.num_places = 120, .seed = 4});
  ASSERT_EQ(plan.places.size(), 120u);
  int with_neighbour = 0;
  for (const town::Place& p : plan.places) {
    for (const town::Place& q : plan.places) {
      if (p.id != q.id && length(p.position - q.position) < 25) {
        ++with_neighbour;
        break;
      }
    }
  }
  EXPECT_GT(with_neighbour, 100);
}

TEST(Plan, SplitsLieApart) {
  const town::TownPlan plan = town::make_plan({.num_places = 90, .seed = 4, .three_splits = true});
  ASSERT_EQ(plan.places.size(), 90u);
  std::set<int> splits;
  float nearest = 1e9f;
  for (const town::Place& p : plan.places) {
    splits.insert(p.split);
    for (const town::Place& q : plan.places) {
      if (p.split != q.split) nearest = std::min(nearest, length(p.position - q.position));
    }
  }
  EXPECT_EQ(splits.size(), 3u);
  EXPECT_GT(nearest, 50);
}

TEST(Look, OfAHouseChangesOverTheYearsButNotByItself) {
  const town::TownPlan plan = town::make_plan({.num_places = 60, .seed = 2});
  int repainted = 0, new_shops = 0, shops = 0;
  for (const town::Building& b : plan.buildings) {
    const town::Look now = town::look_of(b, 2012), same = town::look_of(b, 2012),
                     later = town::look_of(b, 2024);
    const auto wall = static_cast<size_t>(town::Slot::kWall);
    EXPECT_EQ(now.colour[wall].x, same.colour[wall].x);
    repainted += std::fabs(now.colour[wall].x - later.colour[wall].x) > 0.05f;
    if (!b.shop) continue;
    ++shops;
    new_shops += now.shop != later.shop;
  }
  EXPECT_GT(repainted, 0);
  EXPECT_LT(repainted, static_cast<int>(plan.buildings.size()) / 2);
  EXPECT_GT(new_shops, shops / 4);
}

}  // namespace
}  // namespace loci
