// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/place/place_labels.h"

#include "test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using Photos = std::vector<std::string>;
using test::World;
using testing::HasSubstr;

std::string photo(char c) { return std::string(64, c); }

TEST(PlaceLabels, TextKeepsEveryStatement) {
  PlaceLabels labels;
  ASSERT_TRUE(name_place(&labels, Photos{photo('a'), photo('b')}, "Reims, cathédrale").ok());
  ASSERT_TRUE(say_different_places(&labels, Photos{photo('c'), photo('a')}).ok());
  ASSERT_TRUE(say_same_place(&labels, Photos{photo('d'), photo('c')}).ok());
  ASSERT_TRUE(say_alone(&labels, Photos{photo('e')}).ok());
  const auto read = parse_place_labels(to_text(labels), "f");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(*read, labels);
  EXPECT_EQ(labels.names.size(), 2u);
  EXPECT_TRUE(labels.same.contains({photo('c'), photo('d')}));
}

TEST(PlaceLabels, DamagedTextIsNamedByLine) {
  for (const std::string& bad : {"name " + photo('a') + "\n",
                                 "same " + photo('b') + " " + photo('a') + "\n",
                                 "alone " + photo('G') + "\n",
                                 "alone " + photo('a'),
                                 std::string("\n"),
                                 "fame " + photo('a') + " " + photo('b') + "\n"}) {
    const auto read = parse_place_labels("alone " + photo('0') + "\n" + bad, "file");
    EXPECT_EQ(read.status().code(), Code::kCorrupt) << bad;
    EXPECT_THAT(read.status().message(), HasSubstr("line 2")) << bad;
  }
}

TEST(PlaceLabels, TheLastWordOfTwoPhotosCounts) {
  PlaceLabels labels;
  const Photos both{photo('a'), photo('b')};
  ASSERT_TRUE(say_same_place(&labels, both).ok());
  ASSERT_TRUE(say_different_places(&labels, both).ok());
  EXPECT_TRUE(labels.same.empty());
  ASSERT_TRUE(say_same_place(&labels, both).ok());
  EXPECT_TRUE(labels.different.empty());
  ASSERT_TRUE(say_alone(&labels, Photos{photo('a')}).ok());
  EXPECT_TRUE(labels.same.empty());
  EXPECT_EQ(forget_labels(&labels, both), 1);
  EXPECT_TRUE(labels.empty());
}

TEST(PlaceLabels, WhatContradictsThroughOthersIsRefusedAndChangesNothing) {
  PlaceLabels labels;
  ASSERT_TRUE(say_same_place(&labels, Photos{photo('a'), photo('b'), photo('c')}).ok());
  const PlaceLabels before = labels;
  const Status refused = say_different_places(&labels, Photos{photo('b'), photo('c')});
  EXPECT_THAT(refused.message(), HasSubstr("--forget"));
  EXPECT_EQ(labels, before);
  ASSERT_TRUE(name_place(&labels, Photos{photo('a')}, "one").ok());
  ASSERT_TRUE(name_place(&labels, Photos{photo('d')}, "other").ok());
  EXPECT_THAT(say_same_place(&labels, Photos{photo('b'), photo('d')}).message(),
              HasSubstr("'one' and of 'other'"));
}

TEST(PlaceLabels, ANewNameRenamesTheWholePlace) {
  PlaceLabels labels;
  ASSERT_TRUE(name_place(&labels, Photos{photo('a'), photo('b')}, "one").ok());
  ASSERT_TRUE(name_place(&labels, Photos{photo('b')}, "two").ok());
  EXPECT_EQ(labels.names.at(photo('a')), "two");
  EXPECT_FALSE(name_place(&labels, Photos{photo('a')}, " ").ok());
  EXPECT_FALSE(name_place(&labels, Photos{photo('a')}, "a\nb").ok());
}

TEST(PlaceLabels, OthersAddWhatDoesNotContradict) {
  PlaceLabels ours, theirs;
  ASSERT_TRUE(name_place(&ours, Photos{photo('a')}, "ours").ok());
  ASSERT_TRUE(name_place(&theirs, Photos{photo('a'), photo('b')}, "theirs").ok());
  ASSERT_TRUE(say_different_places(&theirs, Photos{photo('a'), photo('c')}).ok());
  add_labels(&ours, theirs);
  EXPECT_EQ(ours.names.at(photo('a')), "ours");
  EXPECT_EQ(ours.different.size(), 1u);
  EXPECT_TRUE(ours.names.contains(photo('b')) != !ours.same.empty());
}

TEST(PlaceLabels, StayWithACollectionAndFollowAPhotoThatChanges) {
  const World world;
  world.photos_numbered(3);
  const auto db = world.open();
  world.index(*db);
  const auto sha = [&](size_t i) { return db->images().value()[i].sha256; };
  const std::string first = sha(0);
  ASSERT_TRUE(db->change_place_labels([&](PlaceLabels* labels) {
                  return name_place(labels, Photos{first}, "home");
                }).ok());
  EXPECT_FALSE(db->change_place_labels([&](PlaceLabels* labels) {
                   labels->names.clear();
                   return invalid_argument("no");
                 }).ok());
  EXPECT_EQ(world.open()->place_labels()->names.at(first), "home");
  world.photo("0.jpg", "photo 0, edited and longer");
  world.index(*db);
  ASSERT_NE(sha(0), first);
  EXPECT_EQ(db->place_labels()->names.at(sha(0)), "home");
  EXPECT_TRUE(db->verify()->problems.empty());
}

TEST(PlaceLabels, AreMergedWithTheirCollection) {
  const World world, other;
  other.photos_numbered(2);
  const auto theirs = other.open();
  other.index(*theirs);
  const std::string sha = theirs->images().value()[0].sha256;
  ASSERT_TRUE(theirs
                  ->change_place_labels(
                      [&](PlaceLabels* labels) { return name_place(labels, Photos{sha}, "there"); })
                  .ok());
  const auto ours = world.open();
  ASSERT_TRUE(ours->merge(other.folder, {}).ok());
  EXPECT_EQ(ours->place_labels()->names.at(sha), "there");
}

}  // namespace
}  // namespace loci
