// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/data/dataset.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(AtName, EveryFieldIsRead) {
  const auto record = parse_at_name(
      "db/@0585162.91@4477218.76@17@T@040.44126@-079.99582@pano_002@02@074@-05@@@20190712_101530@a "
      "note@.jpg");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->utm->east_m, 585162.91);
  EXPECT_EQ(record->utm->north_m, 4477218.76);
  EXPECT_EQ(record->utm->zone, 17);
  EXPECT_EQ(record->utm->band, 'T');
  EXPECT_EQ(record->position->lat, 40.44126);
  EXPECT_EQ(record->position->lon, -79.99582);
  EXPECT_EQ(record->group, "pano_002");
  EXPECT_EQ(record->heading_deg, 74);
  EXPECT_EQ(record->time, civil_seconds(2019, 7, 12, 10, 15, 30));
}

TEST(AtName, OnlyTheBaseNameCounts) {
  const auto record = parse_at_name("photos@home/@1@2/@0500000.00@5300000.00@32@U@@@@@@@@@@@.jpg");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->utm->east_m, 500000);
  EXPECT_NEAR(record->position->lon,
              9,
              1e-9);  // zone 32's middle: the grid fills in what the name leaves out
  EXPECT_FALSE(parse_at_name("@1@2@/photo.jpg").has_value());
}

TEST(AtName, ANoteWithASlashIsStillOneName) {
  const auto record = parse_at_name(
      "queries/@0833922.84@0000033.20@30@N@000.00030@-000.00050@x@@@@@@@half/half@.jpg");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->utm->north_m, 33.2);
}

TEST(AtName, ShortAndForeignNames) {
  EXPECT_EQ(parse_at_name("@12.5@-7@.jpg")->utm->zone, 0);
  EXPECT_FALSE(parse_at_name("photo.jpg").has_value());
  EXPECT_FALSE(parse_at_name("@x@2@.jpg").has_value());
  EXPECT_FALSE(parse_at_name("@inf@2@.jpg").has_value());
  EXPECT_FALSE(parse_at_name("me@home.jpg").has_value());
  EXPECT_FALSE(parse_at_name("").has_value());
  EXPECT_FALSE(parse_at_name("@1@2@61@T@@@None@.jpg")->utm->zone != 0);
}

TEST(AtName, AHemisphereThatNobodyNamesIsNotGuessed) {
  for (const char* letter : {"I", "O", "A", "Z", ""}) {
    const auto record = parse_at_name("@448251@5411954@31@" + std::string(letter) + "@.jpg");
    ASSERT_TRUE(record.has_value());
    EXPECT_FALSE(record->position.has_value()) << letter;
    EXPECT_EQ(record->utm->zone, 0) << letter;  // still a place among those of the set
  }
  EXPECT_TRUE(parse_at_name("@448251@5411954@31@U@.jpg")->position.has_value());
}

TEST(AtName, MetresOffTheGridAreNoPlace) {
  for (const char* name :
       {"@-448251@5411954@31@U@.jpg", "@2448251@5411954@31@U@.jpg", "@448251@-5@31@U@.jpg"}) {
    const auto record = parse_at_name(name);
    ASSERT_TRUE(record.has_value());
    EXPECT_FALSE(record->utm.has_value() || record->position.has_value()) << name;
  }
}

}  // namespace
}  // namespace loci
