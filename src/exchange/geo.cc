// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "loci/exchange/geo.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"
#include "loci/base/text.h"

#include <utility>
#include <vector>

namespace loci {
namespace {

using Property = std::pair<const char*, std::string>;

/// XML 1.0 has no way to write most control characters.
std::string xml(const std::string& text) {
  std::string clean;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n';
    clean += control ? "\xEF\xBF\xBD" : std::string(1, c);
  }
  return escape_html(clean);
}

std::string element(const char* name, const std::string& text) {
  return std::string("<") + name + ">" + xml(text) + "</" + name + ">";
}

/// Eight decimals are about a millimetre.
std::string degrees(double value) { return format("%.8f", value); }

/// What is known of a point beside its place and time, in a fixed order.
std::vector<Property> properties(const GeoPoint& p) {
  std::vector<Property> out{{"kind", p.kind}};
  if (!p.image.empty()) out.emplace_back("image", p.image);
  if (!p.query.empty()) out.emplace_back("query", p.query);
  if (p.rank) out.emplace_back("rank", std::to_string(*p.rank));
  if (p.score) out.emplace_back("score", format("%.6g", *p.score));
  if (p.confidence) out.emplace_back("confidence", format("%.6g", *p.confidence));
  if (p.radius_m) out.emplace_back("radius_m", format("%.6g", *p.radius_m));
  if (p.heading_deg) out.emplace_back("heading_deg", format("%.6g", *p.heading_deg));
  return out;
}

void number(JsonWriter& json, const char* name, const std::optional<double>& value) {
  if (value) json.member(name, *value);
}

void feature(JsonWriter& json, const GeoPoint& p) {
  json.object().member("type", "Feature").key("geometry").object().member("type", "Point");
  json.key("coordinates").array().value(p.position.lon).value(p.position.lat).end().end();
  json.key("properties").object().member("kind", p.kind).member("name", p.name);
  if (!p.image.empty()) json.member("image", p.image);
  if (!p.query.empty()) json.member("query", p.query);
  if (p.taken) json.member("taken", iso_time(*p.taken));
  if (p.rank) json.member("rank", *p.rank);
  number(json, "score", p.score);
  number(json, "confidence", p.confidence);
  number(json, "radius_m", p.radius_m);
  number(json, "heading_deg", p.heading_deg);
  json.end().end();
}

}  // namespace

std::string to_geojson(std::span<const GeoPoint> points) {
  JsonWriter json;
  json.object()
      .member("type", "FeatureCollection")
      .member("generator", "loci")
      .key("features")
      .array();
  for (const GeoPoint& point : points) feature(json, point);
  json.end().end();
  return json.str() + "\n";
}

std::string to_gpx(std::span<const GeoPoint> points) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<gpx version=\"1.1\" creator=\"loci\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n";
  for (const GeoPoint& p : points) {
    out +=
        "  <wpt lat=\"" + degrees(p.position.lat) + "\" lon=\"" + degrees(p.position.lon) + "\">";
    if (p.taken) out += element("time", iso_time(*p.taken) + "Z");
    out += element("name", p.name);
    std::string details;
    for (const auto& [name, value] : properties(p)) {
      details += (details.empty() ? "" : "; ") + std::string(name) + ": " + value;
    }
    out += element("desc", details) + element("type", p.kind) + "</wpt>\n";
  }
  return out + "</gpx>\n";
}

std::string to_kml(std::span<const GeoPoint> points) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>loci</name>\n";
  for (const GeoPoint& p : points) {
    out += "<Placemark>" + element("name", p.name);
    if (p.taken) out += "<TimeStamp>" + element("when", iso_time(*p.taken) + "Z") + "</TimeStamp>";
    out += "<ExtendedData>";
    for (const auto& [name, value] : properties(p)) {
      out += "<Data name=\"" + std::string(name) + "\">" + element("value", value) + "</Data>";
    }
    out += "</ExtendedData><Point><coordinates>" + degrees(p.position.lon) + "," +
           degrees(p.position.lat) + "</coordinates></Point></Placemark>\n";
  }
  return out + "</Document></kml>\n";
}

Status write_geo_files(const GeoFiles& files, std::span<const GeoPoint> points) {
  if (!files.geojson.empty()) {
    LOCI_RETURN_IF_ERROR(write_file(files.geojson, to_geojson(points)));
  }
  if (!files.gpx.empty()) LOCI_RETURN_IF_ERROR(write_file(files.gpx, to_gpx(points)));
  if (!files.kml.empty()) LOCI_RETURN_IF_ERROR(write_file(files.kml, to_kml(points)));
  return {};
}

}  // namespace loci
