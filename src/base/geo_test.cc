// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/base/geo.h"

#include "loci/base/angle.h"
#include "loci/base/rng.h"
#include "loci/base/zoned_time.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace loci {
namespace {

TEST(Utm, KnownPointsAreMet) {
  // The CN Tower, as its published grid reference has it, to the metre.
  const Utm tower =
      to_utm({.lat = 43 + 38 / 60.0 + 33.24 / 3600, .lon = -(79 + 23 / 60.0 + 13.7 / 3600)})
          .value();
  EXPECT_EQ(tower.zone, 17);
  EXPECT_EQ(tower.band, 'T');
  EXPECT_NEAR(tower.east_m, 630084, 1);
  EXPECT_NEAR(tower.north_m, 4833438, 1);
}

TEST(Utm, CentralMeridianIsTheScaledMeridianArc) {
  // North on the central meridian is 0.9996 times the integral of the meridian's radius of
  // curvature.
  const double a = 6378137, f = 1 / 298.257223563, e2 = f * (2 - f),
               degree = std::numbers::pi / 180;
  for (const double lat : {1.0, 30.0, 51.5, 83.9}) {
    const int steps = 20000;  // Simpson's rule
    const double h = lat * degree / steps;
    double sum = 0;
    for (int i = 0; i <= steps; ++i) {
      const double s = std::sin(i * h);
      const double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * a * (1 - e2) / std::pow(1 - e2 * s * s, 1.5);
    }
    const Utm utm = to_utm({.lat = lat, .lon = 9}, 32).value();
    EXPECT_NEAR(utm.north_m, 0.9996 * sum * h / 3, 1e-6) << lat;
    EXPECT_NEAR(utm.east_m, 500000, 1e-9);
  }
}

TEST(Utm, GridIsConformal) {
  // The Cauchy-Riemann equations in isometric coordinates, by central differences: a wrong
  // coefficient breaks them.
  const double d = 1e-5, f = 1 / 298.257223563, e2 = f * (2 - f), degree = std::numbers::pi / 180;
  for (const double lat : {-62.0, 12.0, 48.0}) {
    const double lon = 5.5;
    const double phi = lat * degree;
    const auto at = [&](double la, double lo) {
      return to_utm({.lat = la, .lon = lo}, 31).value();
    };
    const double stretch =
        (1 - e2) / ((1 - e2 * std::sin(phi) * std::sin(phi)) * std::cos(phi));  // dpsi / dphi
    const double east_lon = at(lat, lon + d).east_m - at(lat, lon - d).east_m;
    const double north_lon = at(lat, lon + d).north_m - at(lat, lon - d).north_m;
    const double east_lat = (at(lat + d, lon).east_m - at(lat - d, lon).east_m) / stretch;
    const double north_lat = (at(lat + d, lon).north_m - at(lat - d, lon).north_m) / stretch;
    EXPECT_NEAR(east_lon, north_lat, 1e-6 * std::abs(east_lon));
    EXPECT_NEAR(north_lon, -east_lat, 1e-6 * std::abs(east_lon));
  }
}

TEST(Utm, ThereAndBackAgainIsTheSamePoint) {
  Rng rng(1, "utm");
  for (int i = 0; i < 2000; ++i) {
    const LatLon point{.lat = rng.uniform(-79.9, 83.9), .lon = rng.uniform(-180, 180)};
    const LatLon back = to_lat_lon(to_utm(point).value()).value();
    EXPECT_NEAR(back.lat, point.lat, 1e-11);
    EXPECT_NEAR(back.lon, point.lon, 1e-10);
  }
}

TEST(Utm, SouthernHemisphereCountsFromTheSouth) {
  const Utm sydney = to_utm({.lat = -33.8568, .lon = 151.2153}).value();
  EXPECT_EQ(sydney.zone, 56);
  EXPECT_EQ(sydney.band, 'H');
  EXPECT_NEAR(sydney.north_m, 6252309, 300);
  const Utm north = to_utm({.lat = 33.8568, .lon = 151.2153}).value();
  EXPECT_NEAR(sydney.north_m, 1e7 - north.north_m, 1e-6);
}

TEST(Utm, NorwayAndSvalbardHaveWiderZones) {
  EXPECT_EQ(to_utm({.lat = 60.39, .lon = 5.32}).value().zone, 32);  // Bergen
  EXPECT_EQ(to_utm({.lat = 55.9, .lon = 5.32}).value().zone, 31);
  EXPECT_EQ(to_utm({.lat = 78.2, .lon = 15.6}).value().zone, 33);  // Longyearbyen
  EXPECT_EQ(to_utm({.lat = 78.2, .lon = 20.99}).value().zone, 33);
  EXPECT_EQ(to_utm({.lat = 78.2, .lon = 21.0}).value().zone, 35);
}

TEST(Utm, AZoneCanBeAskedForAcrossItsBorder) {
  const LatLon border{.lat = 48, .lon = 5.9999};
  const Utm own = to_utm(border).value(), next = to_utm(border, 32).value();
  EXPECT_EQ(own.zone, 31);
  EXPECT_EQ(next.zone, 32);
  EXPECT_NEAR(distance_m(to_lat_lon(next).value(), border), 0, 1e-6);
}

TEST(Utm, DateLineIsZoneOne) {
  EXPECT_EQ(to_utm({.lat = 0, .lon = 180}).value().zone, 1);
  EXPECT_EQ(to_utm({.lat = 0, .lon = -180}).value().zone, 1);
  EXPECT_EQ(to_utm({.lat = 0, .lon = 179.99}).value().zone, 60);
}

TEST(Utm, OutsideTheGridIsRefused) {
  EXPECT_EQ(to_utm({.lat = 84.1, .lon = 0}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(to_utm({.lat = -80.1, .lon = 0}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(to_utm({.lat = 0, .lon = 181}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(to_utm({.lat = std::nan(""), .lon = 0}).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(to_utm({.lat = 0, .lon = 0}, 61).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(to_lat_lon({.east_m = 5e5, .north_m = 5e6, .zone = 0}).status().code(),
            Code::kInvalidArgument);
}

TEST(Distance, QuarterOfTheGlobe) {
  EXPECT_NEAR(distance_m({.lat = 0, .lon = 0}, {.lat = 0, .lon = 90}),
              6371008.8 * std::numbers::pi / 2,
              1e-6);
  EXPECT_NEAR(distance_m({.lat = 0, .lon = 179.5}, {.lat = 0, .lon = -179.5}),
              6371008.8 * std::numbers::pi / 180,
              1e-6);
  EXPECT_EQ(distance_m({.lat = 12, .lon = 34}, {.lat = 12, .lon = 34}), 0);
}

TEST(Time, EveryFormReadsAsTheSameMoment) {
  const int64_t noon = civil_seconds(2015, 6, 21, 12);
  EXPECT_EQ(noon, 1434888000);
  for (const char* text : {"2015-06-21T12:00:00",
                           "2015:06:21 12:00:00",
                           "2015-06-21 12:00",
                           "20150621_120000",
                           "20150621_1200",
                           "20150621_12",
                           "20150621120000",
                           "201506211200",
                           "2015-06-21T12:00:00.250Z",
                           "2015-06-21T12:00:00+02:00",
                           " 2015/6/21 12:00:00 ",
                           "1434888000",
                           "1434888000.75",
                           "1434888000123",
                           "1434888000123456",
                           "1434888000123456789"}) {
    EXPECT_EQ(parse_time(text), noon) << text;
  }
}

TEST(Time, PrefixesBeginTheirPeriod) {
  EXPECT_EQ(parse_time("2015"), civil_seconds(2015, 1, 1));
  EXPECT_EQ(parse_time("201506"), civil_seconds(2015, 6, 1));
  EXPECT_EQ(parse_time("2015-06"), civil_seconds(2015, 6, 1));
  EXPECT_EQ(parse_time("20150621"), civil_seconds(2015, 6, 21));
}

TEST(Time, NonsenseIsNoTime) {
  for (const char* text : {"",
                           "x",
                           "15",
                           "2015-13-01",
                           "2015-02-29",
                           "0000-00-00",
                           "2015-06-21T25:00",
                           "2015-06-21 noon",
                           "20150",
                           "2015062",
                           "99999999999999999999999",
                           "2015-",
                           "2015-06-21T12:00:00+",
                           "-1434888000",
                           "2015-06-21T12:0"}) {
    EXPECT_FALSE(parse_time(text).has_value()) << text;
  }
}

TEST(Time, IsoTimeReadsBack) {
  for (const int64_t seconds : {int64_t{0}, int64_t{951782400}, int64_t{-1}, int64_t{4102444799}}) {
    EXPECT_EQ(parse_time(iso_time(seconds)), seconds);
  }
  EXPECT_EQ(iso_time(951782400), "2000-02-29T00:00:00");
  EXPECT_EQ(iso_time(-1), "1969-12-31T23:59:59");
}

TEST(ParseAngle, TheWaysInWhichPeopleAndProgramsWriteDegrees) {
  for (const char* text : {"48.8584",
                           "48.8584\u00B0",
                           "48.8584N",
                           "48.8584 N",
                           "N 48.8584",
                           "48\u00B051'30.24\"N",
                           "48 deg 51' 30.24\" N",
                           "48 51.504",
                           "48\u00B0 51\u2032 30.24\u2033",
                           "+48.8584"}) {
    const auto angle = parse_angle(text);
    ASSERT_TRUE(angle.has_value()) << text;
    EXPECT_NEAR(angle->degrees, 48.8584, 1e-9) << text;
  }
  for (const char* text : {"-33.8568", "33.8568 S", "33\u00B051'24.48\"S", "-33 51.408"}) {
    const auto angle = parse_angle(text);
    ASSERT_TRUE(angle.has_value()) << text;
    EXPECT_NEAR(angle->degrees, -33.8568, 1e-9) << text;
    EXPECT_TRUE(angle->signed_by_text);
  }
  for (const char* text :
       {"", "N", "north", "48.85 X", "48 51 30 12", "48 75.0", "nan", "S 33 N", "1e999"})
    EXPECT_FALSE(parse_angle(text).has_value()) << text;
}

TEST(ParseZonedTime, AnOffsetMakesItUtc) {
  std::optional<int32_t> offset;
  EXPECT_EQ(parse_zoned_time("2021-06-01T12:00:00+02:00", &offset), civil_seconds(2021, 6, 1, 10));
  EXPECT_EQ(offset, 7200);
  EXPECT_EQ(parse_zoned_time("2021-06-01T12:00:00Z", &offset), civil_seconds(2021, 6, 1, 12));
  EXPECT_EQ(offset, 0);
  offset.reset();
  EXPECT_EQ(parse_zoned_time("2021-06-01T12:00:00", &offset), civil_seconds(2021, 6, 1, 12));
  EXPECT_FALSE(offset.has_value());
  EXPECT_EQ(parse_utc_offset("-0330"), -12600);
  EXPECT_FALSE(parse_utc_offset("+99:00").has_value());
}

}  // namespace
}  // namespace loci
