// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loci {

/// A point on the WGS 84 ellipsoid, degrees.
struct LatLon {
  double lat = 0;
  double lon = 0;
};

/// A point of the Universal Transverse Mercator grid, metres. Two points can only be compared within one zone.
struct Utm {
  double east_m = 0;
  double north_m = 0;
  int zone = 0;     ///< 1 to 60; 0 when not known (a local or unnamed grid)
  char band = 'N';  ///< latitude band C to X ('N' and up lie in the northern hemisphere)
};

/// Kruger's series to the sixth order: below a millimetre within a zone. `zone` 0 chooses the zone by the longitude (with
/// the exceptions of Norway and Svalbard). InvalidArgument outside 80 S to 84 N.
Result<Utm> to_utm(LatLon point, int zone = 0);
Result<LatLon> to_lat_lon(const Utm& point);

/// Great-circle distance on a sphere of radius 6,371,008.8 m, metres.
double distance_m(LatLon a, LatLon b);
bool valid(LatLon point);

/// Seconds since 1970-01-01 00:00 of a civil time, taken as if it were UTC (photographs rarely say their zone).
int64_t civil_seconds(int year, int month, int day, int hour = 0, int minute = 0, int second = 0);
/// "2015-06-21T12:00:00"
std::string iso_time(int64_t seconds);
/// Reads "2015-06-21T12:00:00", "2015:06:21 12:00:00", "2015-06-21", "2015-06", "20150621_120000" and prefixes of it such as
/// "201506", and plain Unix seconds or milliseconds (ten or more digits).
std::optional<int64_t> parse_time(std::string_view text);

}  // namespace loci
