// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/geo.h"

#include "loci/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace loci {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<GeoPoint> sample() {
  GeoPoint match;
  match.kind = "match";
  match.name = "a & <b>\x01\xff.jpg";
  match.image = "/p/" + match.name;
  match.query = "/q/q.jpg";
  match.position = {-33.8567844, 151.2152967};
  match.taken = civil_seconds(2015, 6, 21, 12);
  match.rank = 1;
  match.score = 0.75;
  match.heading_deg = 270;
  GeoPoint place;
  place.kind = "location";
  place.name = "q.jpg";
  place.position = {0, 180};
  place.radius_m = 12.5;
  return {match, place};
}

TEST(GeoJson, HasLongitudeFirstAndKnownPropertiesOnly) {
  const auto json = nlohmann::json::parse(to_geojson(sample()));
  EXPECT_EQ(json["type"], "FeatureCollection");
  ASSERT_EQ(json["features"].size(), 2u);
  const auto& first = json["features"][0];
  EXPECT_EQ(first["geometry"]["type"], "Point");
  EXPECT_EQ(first["geometry"]["coordinates"][0], 151.2152967);
  EXPECT_EQ(first["geometry"]["coordinates"][1], -33.8567844);
  EXPECT_EQ(first["properties"]["taken"], "2015-06-21T12:00:00");
  EXPECT_EQ(first["properties"]["score"], 0.75);
  EXPECT_FALSE(first["properties"].contains("radius_m"));
  EXPECT_EQ(json["features"][1]["properties"]["radius_m"], 12.5);
  EXPECT_FALSE(json["features"][1]["properties"].contains("score"));
}

TEST(Gpx, NamesCannotBreakTheFile) {
  const std::string gpx = to_gpx(sample());
  EXPECT_THAT(gpx, HasSubstr("<wpt lat=\"-33.85678440\" lon=\"151.21529670\">"));
  EXPECT_THAT(gpx, HasSubstr("<time>2015-06-21T12:00:00Z</time>"));
  EXPECT_THAT(gpx, HasSubstr("<name>a &amp; &lt;b&gt;"));
  EXPECT_THAT(gpx, Not(HasSubstr("\x01")));
  EXPECT_THAT(gpx, Not(HasSubstr("\xff")));
  // GPX 1.1 fixes the order of a waypoint's elements.
  EXPECT_LT(gpx.find("<time>"), gpx.find("<name>"));
  EXPECT_LT(gpx.find("<name>"), gpx.find("<desc>"));
  EXPECT_LT(gpx.find("<desc>"), gpx.find("<type>"));
}

TEST(Kml, HasLongitudeFirst) {
  const std::string kml = to_kml(sample());
  EXPECT_THAT(kml, HasSubstr("<coordinates>151.21529670,-33.85678440</coordinates>"));
  EXPECT_THAT(kml, HasSubstr("<Data name=\"radius_m\"><value>12.5</value></Data>"));
  EXPECT_THAT(kml, HasSubstr("<when>2015-06-21T12:00:00Z</when>"));
}

TEST(GeoFiles, AreWrittenWhereNamed) {
  const TempFolder temp;
  ASSERT_TRUE(write_geo_files({.geojson = temp / "a.geojson", .kml = temp / "a.kml"}, {}).ok());
  EXPECT_EQ(read_text_file(temp / "a.geojson").value(),
            "{\"type\":\"FeatureCollection\",\"generator\":\"loci\",\"features\":[]}\n");
  EXPECT_TRUE(file_info(temp / "a.kml").ok());
  EXPECT_EQ(list_files(temp.path(), {}).value().size(), 2u);
}

}  // namespace
}  // namespace loci
