// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "geo_files.h"

#include "verb.h"

namespace loci::cli {
namespace {

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

GeoPoint point_of(const PlaceImage& image, const char* kind) {
  GeoPoint point;
  point.kind = kind;
  point.name = file_name(image.path);
  point.image = image.path;
  point.position = *image.position;
  point.taken = image.taken;
  point.heading_deg = image.heading_deg;
  return point;
}

}  // namespace

void add_geo_options(Program& program, CLI::App* verb, GeoFiles& files) {
  add_output(program,
             verb,
             "--geojson",
             files.geojson,
             OutputKind::kGeoJson,
             "write the positions to this GeoJSON file");
  add_output(program,
             verb,
             "--gpx",
             files.gpx,
             OutputKind::kGpx,
             "write the positions to this GPX file, as waypoints");
  add_output(
      program, verb, "--kml", files.kml, OutputKind::kKml, "write the positions to this KML file");
}

std::vector<GeoPoint> collection_points(const std::vector<PlaceImage>& images) {
  std::vector<GeoPoint> points;
  for (const PlaceImage& image : images) {
    if (image.position) points.push_back(point_of(image, "photo"));
  }
  return points;
}

void add_answer_points(const std::string& query,
                       const QueryAnswer& answer,
                       std::vector<GeoPoint>* points) {
  if (answer.location) {
    GeoPoint point;
    point.kind = "location";
    point.name = file_name(query);
    point.query = query;
    point.position = answer.location->position;
    point.radius_m = answer.location->radius_m;
    point.confidence = answer.location->confidence;
    points->push_back(std::move(point));
  }
  int64_t rank = 0;
  for (const Match& match : answer.matches) {
    ++rank;
    if (!match.image.position) continue;
    GeoPoint point = point_of(match.image, "match");
    point.query = query;
    point.rank = rank;
    point.score = static_cast<double>(match.score);
    points->push_back(std::move(point));
  }
}

}  // namespace loci::cli
