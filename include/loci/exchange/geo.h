// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/status.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace loci {

/// A point for a map: a photograph, a match of a query, or the place estimated for it.
struct GeoPoint {
  std::string kind;   ///< "photo", "match", "location"
  std::string name;   ///< what a map shows beside the point
  std::string image;  ///< path of the photograph; empty for none
  std::string query;  ///< the photograph that was asked about; empty for none
  LatLon position;
  std::optional<int64_t> taken;  ///< seconds since 1970 as if it were UTC
  std::optional<double> heading_deg;
  std::optional<int64_t> rank;  ///< 1 for the best match
  std::optional<double> score, confidence, radius_m;
};

/// GeoJSON (RFC 7946): one FeatureCollection of Points, longitude first; the other members are
/// properties, absent where they are not known.
std::string to_geojson(std::span<const GeoPoint> points);
/// GPX 1.1: a waypoint for each point; what GPX has no element for is in <desc>. GPX times are UTC
/// and photographs rarely say their zone: the camera's clock is taken as UTC.
std::string to_gpx(std::span<const GeoPoint> points);
/// KML 2.2: a Placemark for each point, its properties in ExtendedData.
std::string to_kml(std::span<const GeoPoint> points);

/// The same into files, whole or not at all; an empty name writes none.
struct GeoFiles {
  std::string geojson, gpx, kml;
  bool any() const { return !geojson.empty() || !gpx.empty() || !kml.empty(); }
};
Status write_geo_files(const GeoFiles& files, std::span<const GeoPoint> points);

}  // namespace loci
