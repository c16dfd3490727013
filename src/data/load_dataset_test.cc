// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "test_files.h"

#include "loci/base/file.h"
#include "loci/base/text.h"
#include "loci/data/dataset.h"
#include "loci/image/encode.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

std::string all_notes(const Dataset& dataset) {
  std::string text;
  for (const std::string& note : dataset.notes) text += note + "\n";
  return text;
}

TEST(PlacesCsv, PositionsRolesAndTimesAreRead) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg", "c.jpg", "q.jpg"});
  files.write("places.csv",
              "path,place,role,time,lat,lon,heading\n"
              "a.jpg,p1,database,2015-06-21T12:00:00,48.0,9.0,90\n"
              "b.jpg,p1,database,,48.0002,9.0,\n"
              "c.jpg,p2,database,,48.01,9.0,\n"
              "q.jpg,p1,query,20160101_000000,48.0001,9.0,\n");
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.format, "places.csv");
  ASSERT_EQ(dataset.database.size(), 3u);
  ASSERT_EQ(dataset.queries.size(), 1u);
  EXPECT_EQ(dataset.database[0].time, civil_seconds(2015, 6, 21, 12));
  EXPECT_EQ(dataset.database[0].heading_deg, 90);
  EXPECT_EQ(dataset.database[0].utm->zone, 32);
  EXPECT_EQ(dataset.rule.kind, TruthRule::Kind::kRadius);
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0, 1}}));  // 11 m to each, 1.1 km to the third
}

TEST(PlacesCsv, WithoutRolesEveryImageAsksAllTheOthers) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg", "c.jpg"});
  files.write("places.csv", "path,place\na.jpg,x\nb.jpg,y\nc.jpg,x\n");
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.query_in_database, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{2}, {}, {0}}));
}

TEST(PlacesCsv, FiltersDivideByAnyColumn) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg", "c.jpg", "d.jpg"});
  files.write("places.csv",
              "path,place,time_of_day\na.jpg,x,day\nb.jpg,x,night\nc.jpg,y,day\nd.jpg,y,dusk\n");
  DatasetOptions options;
  options.query_filter = "time_of_day=night,dusk";
  Dataset dataset = load_dataset(files.path(), options).value();
  EXPECT_EQ(dataset.queries.size(), 2u);
  EXPECT_EQ(dataset.database.size(), 2u);
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0}, {1}}));
  options.database_filter = "time_of_day!=dusk";  // night answers as well as asks: never itself
  dataset = load_dataset(files.path(), options).value();
  EXPECT_EQ(dataset.query_in_database, (std::vector<int64_t>{1, -1}));
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0}, {2}}));
  options.query_filter = "weather=rain";
  const Status unknown = load_dataset(files.path(), options).status();
  EXPECT_EQ(unknown.code(), Code::kInvalidArgument);
  EXPECT_NE(unknown.message().find("time_of_day"), std::string::npos) << unknown.message();
}

TEST(PlacesCsv, AFileCanBeGivenInsteadOfItsFolder) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg"});
  files.write("mine.csv", "image,label\na.jpg,x\nb.jpg,x\n");
  const Dataset dataset = load_dataset(files / "mine.csv").value();
  EXPECT_EQ(dataset.name, "mine");
  EXPECT_EQ(image_path(dataset, dataset.database[1]), files / "b.jpg");
}

TEST(PlacesCsv, PartsAreChosenBySplit) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg", "c.jpg"});
  files.write(
      "places.csv",
      "path,place,split,role\na.jpg,x,test,database\nb.jpg,x,test,query\nc.jpg,x,train,query\n");
  EXPECT_EQ(load_dataset(files.path()).value().queries[0].path, "b.jpg");
  EXPECT_EQ(load_dataset(files.path(), {.format = "", .split = "holiday"}).status().code(),
            Code::kInvalidArgument);
}

TEST(PlacesCsv, SwappedLatitudeAndLongitudeAreNoted) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg"});
  files.write("places.csv", "path,place,lat,lon\na.jpg,x,139.7,35.7\nb.jpg,x,35.7,139.7\n");
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_NE(all_notes(dataset).find("swapped"), std::string::npos) << all_notes(dataset);
}

TEST(PlacesCsv, AnOddCellIsNamedWithItsRowAndRefusesNothing) {
  for (const auto& [content, says] :
       {std::pair{"path,place\na.jpg,x\nb.jpg\n", "row 3"},
        {"path,lat,lon\na.jpg,12,far\nb.jpg,12,1\n", "row 2: lon 'far' is no number"},
        {"path,place,time\na.jpg,x,yesterday\nb.jpg,x,\n", "time 'yesterday'"},
        {"path,place,role\na.jpg,x,asker\nb.jpg,x,query\na.jpg,x,database\n",
         "neither query nor database"},
        {"path,east_m,north_m,zone\na.jpg,1,2,99\nb.jpg,1,2,1\n", "zone '99'"}}) {
    const TestFiles files;
    files.touch({"a.jpg", "b.jpg"});
    files.write("places.csv", content);
    const auto dataset = load_dataset(files.path());
    ASSERT_TRUE(dataset.ok()) << content << dataset.status().message();
    EXPECT_NE(all_notes(*dataset).find(says), std::string::npos) << all_notes(*dataset);
  }
}

TEST(PlacesCsv, DamageIsNamedWithItsRow) {
  const struct {
    const char* content;
    const char* says;
  } cases[] = {
      {"", "empty"},
      {"place,lat\nx,1\n", "no column 'path'"},
      {"path,place,role\na.jpg,x,asker\n", "neither query nor database"},
      {"path,place\n,x\n", "path is empty"},
  };
  for (const auto& damage : cases) {
    const TestFiles files;
    files.touch({"a.jpg", "b.jpg"});
    files.write("places.csv", damage.content);
    const Status status = load_dataset(files.path()).status();
    EXPECT_EQ(status.code(), Code::kCorrupt) << damage.content;
    EXPECT_NE(status.message().find(damage.says), std::string::npos) << status.message();
    EXPECT_NE(status.message().find("places.csv"), std::string::npos) << status.message();
  }
}

TEST(PlacesCsv, MissingImagesAreRefusedOrLeftOutAndListed) {
  const TestFiles files;
  files.touch({"a.jpg", "b.jpg"});
  files.write("places.csv", "path,place\ngone.jpg,x\na.jpg,x\nb.jpg,x\n");
  const Status refused = load_dataset(files.path()).status();
  EXPECT_EQ(refused.code(), Code::kNotFound);
  EXPECT_NE(refused.message().find("gone.jpg"), std::string::npos);
  DatasetOptions options;
  options.skip_missing = true;
  const Dataset dataset = load_dataset(files.path(), options).value();
  EXPECT_EQ(dataset.missing, (std::vector<std::string>{"gone.jpg"}));
  EXPECT_EQ(dataset.query_in_database, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{1}, {0}}));
}

TEST(Folders, PositionsInNamesMakeARadiusSet) {
  const TestFiles files;
  files.touch({"database/@0500000.00@5300000.00@32@U@@@p1@@@@@@201506@@.jpg",
               "database/@0500100.00@5300000.00@32@U@@@p2@@@@@@@@.jpg",
               "queries/@0500024.00@5300007.00@32@U@@@@@@@@@@@.jpg"});
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.format, "folders");
  EXPECT_EQ(dataset.database[0].time, civil_seconds(2015, 6, 1));
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0}}));  // 24, 7: exactly 25 m
}

TEST(Folders, EqualNamesArePairs) {
  const TestFiles files;
  files.touch({"database/a.jpg", "database/b.png", "queries/b.jpg", "queries/c.jpg"});
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{1}, {}}));
  EXPECT_NE(all_notes(dataset).find("1 of 2"), std::string::npos);
}

TEST(Folders, FoldersOfOneNameAreAPlace) {
  const TestFiles files;
  files.touch({"database/x/1.jpg",
               "database/x/2.jpg",
               "database/y/3.jpg",
               "queries/x/7.jpg",
               "queries/y/8.jpg"});
  EXPECT_EQ(ground_truth(load_dataset(files.path()).value()).value(), (Lists{{0, 1}, {2}}));
}

TEST(Folders, WithoutTruthTheImagesStillCome) {
  const TestFiles files;
  files.touch({"database/db1.jpg", "queries/q1.jpg"});
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{}}));
  EXPECT_NE(all_notes(dataset).find("no right answers are known"), std::string::npos);
}

TEST(Folders, ListOfPathsReplacesTheSearch) {
  const TestFiles files;
  files.touch({"database/a.jpg", "database/b.jpg", "queries/b.jpg"});
  files.write("database_images_paths.txt", "b.jpg\n");
  EXPECT_EQ(load_dataset(files.path()).value().database.size(), 1u);
}

TEST(Folders, ExifPositionsAreUsedWhereNamesHaveNone) {
  const TestFiles files;
  files.geotagged("database/one.jpg", {.lat = 48.0, .lon = 9.0});
  files.geotagged("database/two.jpg", {.lat = 48.1, .lon = 9.0});
  files.geotagged("queries/three.jpg", {.lat = 48.1001, .lon = 9.0});
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.rule.kind, TruthRule::Kind::kRadius);
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{1}}));
}

TEST(Gmberton, PartsAreFoundBelowImages) {
  const TestFiles files;
  files.touch({"images/val/database/@1@2@.jpg",
               "images/val/queries/@1@2@.jpg",
               "images/train/database/@1@2@.jpg",
               "images/train/queries/@1@2@.jpg"});
  EXPECT_NE(load_dataset(files.path()).value().name.find("/val"), std::string::npos);
  EXPECT_EQ(load_dataset(files.path(), {.format = "", .split = "test"}).status().code(),
            Code::kInvalidArgument);
}

TEST(Traverse, FramesArePairedInNaturalOrder) {
  const TestFiles files;
  files.touch(
      {"ref/1.jpg", "ref/2.jpg", "ref/10.jpg", "query/a1.jpg", "query/a2.jpg", "query/a10.jpg"});
  Dataset dataset =
      load_dataset(files.path(), {.format = "", .split = "", .radius_m = -1, .tolerance_frames = 0})
          .value();
  EXPECT_EQ(dataset.format, "traverse");
  EXPECT_EQ(dataset.database[2].path, "ref/10.jpg");
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0}, {1}, {2}}));
  dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.rule.tolerance_frames, 2);
}

TEST(Traverse, SeasonsAreChosenByFilter) {
  const TestFiles files;
  files.touch({"summer/1.jpg", "winter/1.jpg", "fall/1.jpg"});
  EXPECT_EQ(load_dataset(files.path()).value().queries[0].path, "winter/1.jpg");
  DatasetOptions options;
  options.query_filter = "folder=fall";
  EXPECT_EQ(load_dataset(files.path(), options).value().queries[0].path, "fall/1.jpg");
  options.query_filter = "folder=monsoon";
  EXPECT_EQ(load_dataset(files.path(), options).status().code(), Code::kInvalidArgument);
}

TEST(Gmberton, FiltersChooseByTheTimeInTheNames) {
  const TestFiles files;
  const auto name = [](const char* side, int at, const char* time) {
    return format("images/test/%s/@050000%d.00@4983000.00@26@T@@@@@@@@@%s@@.jpg", side, at, time);
  };
  files.touch({name("database", 0, "20150610_120000"),
               name("database", 1, "20160110_120000"),
               name("queries", 0, "20170620_123000"),
               name("queries", 1, "20170620_223000"),
               name("queries", 2, "20171215_233000")});
  const auto counts = [&](const char* asks, const char* answers) {
    DatasetOptions options;
    options.query_filter = asks;
    options.database_filter = answers;
    const Dataset dataset = load_dataset(files.path(), options).value();
    return std::pair(dataset.queries.size(), dataset.database.size());
  };
  EXPECT_EQ(counts("", ""), std::pair(size_t{3}, size_t{2}));
  EXPECT_EQ(counts("hour=20-5", ""), std::pair(size_t{2}, size_t{2}));
  EXPECT_EQ(counts("hour!=20-5", ""), std::pair(size_t{1}, size_t{2}));
  EXPECT_EQ(counts("month=12-2", "year=2015"), std::pair(size_t{1}, size_t{1}));
  DatasetOptions options;
  options.query_filter = "hour=3";
  EXPECT_EQ(load_dataset(files.path(), options).status().code(), Code::kInvalidArgument);
  options.query_filter = "weather=rain";
  EXPECT_EQ(load_dataset(files.path(), options).status().code(), Code::kInvalidArgument);
}

TEST(PlaceFolders, FolderIsThePlaceAndTheNameIsTheTime) {
  const TestFiles files;
  files.touch(
      {"square/20140902_092702.jpg", "square/20140902_232702.jpg", "bridge/x.jpg", "bridge/y.jpg"});
  Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.format, "place-folders");
  EXPECT_EQ(dataset.database[2].time, civil_seconds(2014, 9, 2, 9, 27, 2));
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{1}, {0}, {3}, {2}}));
  DatasetOptions options;
  options.query_filter = "hour=21-5";
  dataset = load_dataset(files.path(), options).value();
  ASSERT_EQ(dataset.queries.size(), 1u);
  EXPECT_EQ(dataset.queries[0].path, "square/20140902_232702.jpg");
}

TEST(Geotagged, PhotographsWithPositionAskEachOther) {
  const TestFiles files;
  files.geotagged("a/one.jpg", {.lat = 48.0, .lon = 9.0});
  files.geotagged("b/two.jpg", {.lat = 48.0001, .lon = 9.0});
  files.geotagged("b/three.jpg", {.lat = -33.0, .lon = 151.0});
  const Dataset dataset = load_dataset(files.path()).value();
  EXPECT_EQ(dataset.format, "geotagged");
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{2}, {}, {0}}));
}

TEST(LoadDataset, WhatNobodyKnowsIsRefusedWithAllLayouts) {
  const TestFiles files;
  files.touch({"a.jpg"});
  const Status status = load_dataset(files.path()).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  for (const DatasetFormat& format : dataset_formats()) {
    EXPECT_NE(status.message().find(format.looks_for), std::string::npos) << format.name;
  }
  EXPECT_EQ(load_dataset(files / "nowhere").status().code(), Code::kNotFound);
  EXPECT_EQ(load_dataset(files.path(), {.format = "riddle"}).status().code(),
            Code::kInvalidArgument);
}

TEST(LoadDataset, AnEmptySideIsRefused) {
  const TestFiles files;
  files.touch({"database/a.jpg", "queries/readme.txt"});
  const Status status = load_dataset(files.path()).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("0 queries"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace loci
