// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Tables and file names as other programs and other systems leave them.
#include "test_files.h"

#include "loci/data/dataset.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loci {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// Two photos at one place and one elsewhere, in a table that is written in some way.
Result<Dataset> read(const std::string& table, const DatasetOptions& options = {}) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg", "c.jpg"});
  files.write("places.csv", table);
  return load_dataset(files.path(), options);
}

void expect_positions(const std::string& table) {
  const auto dataset = read(table);
  ASSERT_TRUE(dataset.ok()) << table << dataset.status().message();
  ASSERT_EQ(dataset->database.size(), 3u) << table;
  for (const ImageRecord& record : dataset->database) {
    ASSERT_TRUE(record.position.has_value()) << table;
    EXPECT_NEAR(record.position->lat, -33.8568, 2e-2) << table;
    EXPECT_NEAR(record.position->lon, 151.2153, 2e-2) << table;
  }
  EXPECT_EQ(ground_truth(*dataset).value()[0], std::vector<int64_t>{1}) << table;
}

TEST(ForeignTables, DegreesColumnsAndSeparatorsOfOthersAreRead) {
  for (
      const std::string table : {
          "path,lat,lon\na.jpg,33.8568S,151.2153E\nb.jpg,33.8568 S,151.2153 "
          "E\nc.jpg,-33.87\u00B0,151.2153\u00B0\n",
          "SourceFile,GPSLatitude,GPSLongitude\n./a.jpg,\"33 deg 51' 24.48\"\" S\",\"151 deg 12' "
          "55.08\"\" E\"\n"
          "./b.jpg,\"33 deg 51' 24.50\"\" S\",\"151 deg 12' 55.08\"\" E\"\n./c.jpg,\"33 deg 52' "
          "24.50\"\" S\",\"151 deg 12' 55.08\"\" E\"\n",
          "image_path,GPS Latitude,GPS Latitude Ref,GPS Longitude,GPS Longitude "
          "Ref\na.jpg,33.8568,South,151.2153,East\n"
          "b.jpg,33.8568,S,151.2153,E\nc.jpg,33.87,S,151.2153,E\n",
          "path,position\na.jpg,\"-33.8568, 151.2153\"\nb.jpg,\"-33.8568, "
          "151.2153\"\nc.jpg,\"-33.87, 151.2153\"\n",
          "title,photoTakenTime.timestamp,geoData.latitude,geoData.longitude\na.jpg,1622538303,-33."
          "8568,151.2153\n"
          "b.jpg,1622538304,-33.8568,151.2153\nc.jpg,1622538305,-33.87,151.2153\n",
          "sep=;\nPath;Latitude [deg];Longitude "
          "[deg]\na.jpg;-33,8568;151,2153\nb.jpg;-33,8568;151,2153\nc.jpg;-33,87;151,2153\n;;\n",
          "# made by me\npath,lat,lon\na.jpg,-33.8568,151.2153\n# half "
          "way\nb.jpg,-33.8568,151.2153\nc.jpg,-33.87,151.2153,\n,,\n",
          "path|lat|lon\na.jpg|-33.8568|151.2153\nb.jpg|-33.8568|151.2153\nc.jpg|-33.87|151.2153\n",
          "path lat  lon\na.jpg  -33.8568 151.2153\nb.jpg -33.8568 151.2153\nc.jpg -33.87 "
          "151.2153\n",
          "path,lat,lon\ra.jpg,-33.8568,151.2153\rb.jpg,-33.8568,151.2153\rc.jpg,-33.87,151.2153\r",
          "path , lat , lon\n'a.jpg' , -33.8568 , 151.2153 \n b.jpg, -33.8568, 151.2153\nc.jpg, "
          "-33.87, 151.2153\n",
      }) {
    expect_positions(table);
  }
}

TEST(ForeignTables, ColumnsThatMayBeDegreesOrMetresAreNotGuessed) {
  const auto dataset =
      read("path,x,y\na.jpg,2.2945,48.8584\nb.jpg,2.2945,48.8584\nc.jpg,2.3,48.9\n");
  ASSERT_TRUE(dataset.ok());
  EXPECT_FALSE(dataset->database[0].position.has_value());
  EXPECT_THAT(dataset->notes, Contains(HasSubstr("call them lon and lat, or east_m and north_m")));
}

TEST(ForeignTables, OneOddCellIsCountedAndRefusesNothing) {
  for (const char* nothing : {"nan", "None", "N/A", "-", ""}) {
    const auto dataset =
        read("path,lat,lon,time\na.jpg,48.5,9.5,2015-06-21\nb.jpg," + std::string(nothing) + "," +
             nothing + "," + nothing + "\nc.jpg,48.5,9.5,2015-06-21\n");
    ASSERT_TRUE(dataset.ok()) << nothing << dataset.status().message();
    EXPECT_FALSE(dataset->database[1].position.has_value()) << nothing;
    EXPECT_THAT(dataset->notes, Not(Contains(HasSubstr("cannot be read")))) << nothing;
  }
  const auto odd =
      read("path,lat,lon\na.jpg,48.5,9.5\nb.jpg,somewhere,9.5\nc.jpg,48.5,9.5\na.jpg,1,2,3,4\n");
  ASSERT_TRUE(odd.ok()) << odd.status().message();
  EXPECT_EQ(odd->database.size(), 3u);
  EXPECT_THAT(odd->notes, Contains(HasSubstr("2 cells or rows cannot be read")));
}

TEST(ForeignTables, FiguresAreNotGuessed) {
  const auto zero = read("path,lat,lon\na.jpg,0,0\nb.jpg,0,0\nc.jpg,48.5,9.5\n");
  ASSERT_TRUE(zero.ok());
  EXPECT_FALSE(zero->database[0].position.has_value());
  EXPECT_TRUE(ground_truth(*zero).value()[0].empty());
  EXPECT_THAT(read("path,lat,lon,lat\na.jpg,48.5,9.5,0\nb.jpg,48.5,9.5,10\n").status().message(),
              HasSubstr("both named 'lat'"));
  EXPECT_TRUE(read("path,lat,lon,lat\na.jpg,48.5,9.5,48.5\nb.jpg,48.5,9.5,48.5\n").ok());
  const auto twice = read("path,lat,lon\na.jpg,48.5,9.5\na.jpg,48.5,9.5\nc.jpg,48.6,9.5\n");
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(twice->database.size(), 2u);
  EXPECT_EQ(
      read("path,lat,lon\na.jpg,48.5,9.5\nb.jpg,48.5,9.5\n", {.split = "nope"}).status().code(),
      Code::kInvalidArgument);
}

TEST(ForeignTables, FilesAreFoundUnderOtherSpellings) {
  const TestFiles files;
  files.touch({"img/Mu\u0308ller.jpg", "img/photo.jpg", "img/plain.png"});
  files.write("places.csv",
              "path,place\nimg/M\u00FCller.jpg,a\nIMG\\PHOTO.JPG,a\nimg/plain,b\nfile:///home/me/"
              "set/img/photo.jpg,c\n");
  const auto dataset = load_dataset(files.path());
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  ASSERT_EQ(dataset->database.size(), 4u);
  EXPECT_EQ(dataset->database[0].path, "img/Mu\u0308ller.jpg");
  EXPECT_EQ(dataset->database[1].path, "img/photo.jpg");
  EXPECT_EQ(dataset->database[2].path, "img/plain.png");
  EXPECT_EQ(dataset->database[3].path, "img/photo.jpg");
  EXPECT_THAT(dataset->notes, Contains(HasSubstr("under another spelling")));
}

TEST(ForeignTables, ASetOfWhichNoImageIsThereCanStillBeExamined) {
  const TestFiles files;
  files.write("places.csv", "path,place\nx.jpg,a\ny.jpg,a\n");
  EXPECT_EQ(load_dataset(files.path()).status().code(), Code::kNotFound);
  const auto dataset = load_dataset(files.path(), {.skip_missing = true, .keep_empty = true});
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->missing.size(), 2u);
}

TEST(Folders, CapitalsMakeNoDifferenceAndAFileOnBothSidesIsSaid) {
  const TestFiles files;
  for (const char* name : {"Database/1.jpg", "Database/2.jpg", "Queries/1.jpg"})
    files.geotagged(name, {48.5, 9.5});
  const auto dataset = load_dataset(files.path());
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->format, "folders");
  EXPECT_EQ(dataset->queries.size(), 1u);
  std::filesystem::create_hard_link(files / "Database/2.jpg", files / "Queries/2.jpg");
  EXPECT_THAT(load_dataset(files.path())->notes,
              Contains(HasSubstr("1 photographs are on both sides")));
  EXPECT_EQ(load_dataset(files.path(), {.split = "test"}).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace loci
