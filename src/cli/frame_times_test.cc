// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "frame_times.h"

#include "loci/base/file.h"

#include <gtest/gtest.h>

namespace loci::cli {
namespace {

TEST(TimesOfNames, SecondsAndTheirSmallerUnitsAreToldApartByTheirDigits) {
  const auto time = [](const char* name) { return times_of_names({name}).value().front(); };
  EXPECT_DOUBLE_EQ(time("a/1305031102.175304.png"), 1305031102.175304);
  EXPECT_DOUBLE_EQ(time("1403636579763555584.png"), 1403636579.763555584);  // EuRoC
  EXPECT_DOUBLE_EQ(time("1418132416737115.jpg"), 1418132416.737115);        // RobotCar
  EXPECT_DOUBLE_EQ(time("1600000000123.jpg"), 1600000000.123);
  EXPECT_DOUBLE_EQ(time("1600000001.jpg"), 1600000001);
  EXPECT_DOUBLE_EQ(time("left_1600000001.25.jpg"), 1600000001.25);
  EXPECT_DOUBLE_EQ(time("9.5.jpg"), 9.5);
}

TEST(TimesOfNames, NumbersOfFramesAreNoTimes) {
  for (const char* name :
       {"frame_12.jpg", "0000000012.png", "000012.png", "0000000000000012345.png"})
    EXPECT_FALSE(times_of_names({name}).has_value()) << name;
  EXPECT_FALSE(times_of_names({"1600000001.jpg", "cover.jpg"}).has_value());
  EXPECT_FALSE(times_of_names({"1600000001-1600000002.jpg"}).has_value());
}

TEST(TimesBeside, KittisTimesAreThoseOfTheFolderAbove) {
  const TempFolder folder;
  ASSERT_TRUE(make_folders(folder / "image_2").ok());
  ASSERT_TRUE(write_file(folder / "times.txt", std::string_view("0.0\n1.0e-01\n2.1e-01\n")).ok());
  const std::string at = folder / "image_2/00000";
  const auto times = times_beside({at + "0.png", at + "1.png", at + "2.png"});
  ASSERT_TRUE(times.has_value());
  EXPECT_DOUBLE_EQ(times->at(2), 0.21);
  EXPECT_FALSE(times_beside({at + "0.png", at + "1.png"}).has_value());  // not as many
}

}  // namespace
}  // namespace loci::cli
