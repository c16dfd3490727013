// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Tables as people's programs write them: other separators, other times, other grids, and damage.
#include "test_files.h"

#include "loci/data/dataset.h"

#include <gtest/gtest.h>

namespace loci {
namespace {

using Lists = std::vector<std::vector<int64_t>>;

Result<Dataset> read(const std::string& table, const DatasetOptions& options = {}) {
  const TestFiles files;
  files.touch({"a.jpg", "b, b.jpg", "c.jpg"});
  files.write("places.csv", table);
  return load_dataset(files.path(), options);
}

TEST(PlacesTable, SeparatorsMarksLineEndsAndQuotesMakeNoDifference) {
  for (const std::string& table : {
           std::string("path,lat,lon,place\na.jpg,48.5,9.5,x\n\"b, b.jpg\",48.6,9.5,y\n"),
           std::string(
               "\xEF\xBB\xBFpath,lat,lon,place\r\na.jpg,48.5,9.5,x\r\n\"b, b.jpg\",48.6,9.5,y\r\n"),
           std::string("path;lat;lon;place\na.jpg;48.5;9.5;x\nb, b.jpg;48.6;9.5;y\n"),
           std::string("path;lat;lon;place\r\na.jpg;48,5;9,5;x\r\nb, b.jpg;48,6;9,5;y\r\n"),
           std::string("Path\tLat\tLon\tPlace\na.jpg\t48.5\t9.5\tx\nb, b.jpg\t48.6\t9.5\ty\n"),
           std::string("\"path\",\"lat\",\"lon\",\"place\"\n\"a.jpg\",\"48.5\",\"9.5\",\"x\"\n\n"
                       "\"b, b.jpg\",\"48.6\",\"9.5\",\"y\""),
           std::string(
               "filename,latitude,lng,label\na.jpg, 48.5 ,9.5,x\n\"b, b.jpg\",48.6,9.5,y\n"),
       }) {
    const auto dataset = read(table);
    ASSERT_TRUE(dataset.ok()) << table << dataset.status().message();
    ASSERT_EQ(dataset->database.size(), 2u) << table;
    EXPECT_EQ(dataset->database[1].path, "b, b.jpg") << table;
    EXPECT_EQ(dataset->database[1].place, "y") << table;
    EXPECT_EQ(dataset->database[0].position->lat, 48.5) << table;
  }
}

TEST(PlacesTable, TimesOfManyFormsAreOneTime) {
  const int64_t noon = civil_seconds(2015, 6, 21, 12);
  for (const auto& [header, time, seconds] :
       {std::tuple{"time", "2015-06-21T12:00:00", noon},
        {"taken", "2015-06-21T12:00:00Z", noon},
        {"time", "2015-06-21T12:00:00+02:00", noon},  // the hour on the camera's clock
        {"date", "2015:06:21 12:00:00", noon},
        {"timestamp", "1434888000", noon},
        {"timestamp", "1434888000.5", noon},
        {"captured_at", "1434888000000", noon},
        {"time", "20150621_120000", noon},
        {"date,time", "2015-06-21,12:00:00", noon},
        {"year,month,day,hour", "2015,6,21,12", noon},
        {"time", "201506", civil_seconds(2015, 6, 1)},
        {"year,month", "2015,6", civil_seconds(2015, 6, 1)},
        {"year,month", "2015,", civil_seconds(2015, 1, 1)}}) {
    const auto dataset = read(std::string("path,place,") + header + "\na.jpg,x," + time +
                              "\nc.jpg,x," + std::string(time) + "\n");
    ASSERT_TRUE(dataset.ok()) << header << " " << dataset.status().message();
    EXPECT_EQ(dataset->database[0].time, seconds) << header << " " << time;
  }
  for (const auto& [header, time] : {std::pair{"year,month", "2015,13"},
                                     {"year,month", "15,6"},
                                     {"year", "2015.5"},
                                     {"time", "12:00:00"}}) {
    const auto dataset =
        read(std::string("path,place,") + header + "\na.jpg,x," + time + "\nc.jpg,x" +
             (std::string_view(header).find(',') == std::string_view::npos ? ",\n" : ",,\n"));
    ASSERT_TRUE(dataset.ok()) << time << dataset.status().message();
    EXPECT_FALSE(dataset->database[0].time.has_value()) << time;
    EXPECT_NE(dataset->notes.back().find("row 2") == std::string::npos
                  ? dataset->notes.front().find("row 2")
                  : 0,
              std::string::npos)
        << time;
  }
}

TEST(PlacesTable, MissingColumnsAreNamedWithThoseThatAreThere) {
  for (const auto& [table, says] :
       {std::pair{"place,lat\nx,1\n", "no column 'path'"},
        {"path,lat\na.jpg,1\n", "'lat' and no 'lon'"},
        {"path,easting\na.jpg,1\n", "'east_m' and no 'north_m'"},
        {"path,place\na.jpg\n", "row 2: has 1 fields, the header has 2"},
        {"path;place\na.jpg,x\n", "row 2: has 1 fields, the header has 2"},
        {"\xFF\xFEp\0a\0", "UTF-16"}}) {
    const Status status = read(table).status();
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_NE(status.message().find(says), std::string::npos) << status.message();
    EXPECT_NE(status.message().find("places.csv"), std::string::npos) << status.message();
  }
}

TEST(PlacesTable, ZonesAreCompared) {
  // a and c are 10 m apart on both sides of the border of two zones; b is in another city.
  const Utm west = to_utm({.lat = 48, .lon = 6 - 6.7e-5}).value(),
            east = to_utm({.lat = 48, .lon = 6 + 6.7e-5}).value();
  ASSERT_NE(west.zone, east.zone);
  const auto row = [](const char* name, const Utm& utm, const std::string& zone) {
    return std::string(name) + "," + std::to_string(utm.east_m) + "," +
           std::to_string(utm.north_m) + "," + zone + "\n";
  };
  const std::string header = "path,easting,northing,zone\n";
  const Dataset dataset = read(header + row("a.jpg", west, "31U") +
                               row("\"b, b.jpg\"", west, "50") + row("c.jpg", east, "32"))
                              .value();
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{2}, {}, {0}}));
  const Dataset mixed = read(header + row("a.jpg", west, "31") + row("c.jpg", west, "")).value();
  ASSERT_FALSE(mixed.notes.empty());
  EXPECT_NE(mixed.notes.back().find("name their UTM zone"), std::string::npos);
}

TEST(PlacesTable, TheSouthernHemisphereIsAnother) {
  const Utm sydney = to_utm({.lat = -33.86, .lon = 151.21}).value();
  const std::string numbers = std::to_string(sydney.east_m) + "," + std::to_string(sydney.north_m);
  for (const std::string& zone :
       {std::string("zone\na.jpg,N,56H\nc.jpg,N,56H\n"),
        std::string("zone,band\na.jpg,N,56,H\nc.jpg,N,56,H\n"),
        std::string("zone,hemisphere\na.jpg,N,56,S\nc.jpg,N,56,south\n")}) {
    std::string table = "path,east_m,north_m," + zone;
    for (size_t at = table.find(",N,"); at != std::string::npos; at = table.find(",N,"))
      table.replace(at, 3, "," + numbers + ",");
    const Dataset dataset = read(table).value();
    EXPECT_NEAR(dataset.database[0].position->lat, -33.86, 1e-6) << table;
    EXPECT_EQ(ground_truth(dataset).value(), (Lists{{1}, {0}}));
  }
  const Dataset both =
      read("path,east_m,north_m,zone\na.jpg," + numbers + ",56H\nc.jpg," + numbers + ",56N\n")
          .value();
  EXPECT_EQ(ground_truth(both).value(), (Lists{{}, {}}));  // 10,000 km apart at equal numbers
}

TEST(PlacesTable, WhatCannotBeEvaluatedSaysSo) {
  const Dataset dataset = read("path,colour\na.jpg,red\nc.jpg,blue\n").value();
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{}, {}}));
  EXPECT_NE(dataset.notes.back().find("neither positions, places nor frames"), std::string::npos);
}

TEST(PlacesTable, FiltersChooseByTimeAndRole) {
  const Dataset dataset =
      read(
          "path,place,role,year,month,time_of_day\n"
          "a.jpg,x,database,2015,6,day\n\"b, b.jpg\",x,database,2016,1,night\n"
          "c.jpg,x,query,2016,7,day\n",
          {.query_filter = "time_of_day=day", .database_filter = "year=2014-2015"})
          .value();
  ASSERT_EQ(dataset.database.size(), 1u);
  EXPECT_EQ(dataset.database[0].path, "a.jpg");
  EXPECT_EQ(ground_truth(dataset).value(), (Lists{{0}}));
}

}  // namespace
}  // namespace loci
