// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "answer_json.h"

#include "loci/base/geo.h"
#include "loci/base/text.h"

#include <algorithm>
#include <cmath>

namespace loci::internal {
namespace {

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

template <class T>
void optional_member(JsonWriter& json, const char* name, const std::optional<T>& content) {
  json.key(name);
  content ? json.value(*content) : json.null();
}

/// Degrees with as many digits as a metre needs, to keep large answers small.
double rounded(double degrees) { return std::round(degrees * 1e6) / 1e6; }

void geometry_members(
    JsonWriter& json, const CheckKind& kind, int matched, int inliers, bool verified) {
  json.object()
      .member("method", kind.method)
      .member("candidates", matched)
      .member("inliers", inliers);
  json.member("geometry", inliers > 0 ? kind.geometry : "none").member("verified", verified).end();
}

struct Unknown {
  const char* reason;
  const char* sentence;
};

std::optional<Unknown> why_unknown(const QueryAnswer& answer, int64_t collection_size) {
  if (answer.location) return std::nullopt;
  if (collection_size == 0)
    return Unknown{"empty_collection", "The collection holds no photos yet."};
  if (answer.verdict == Verdict::kUnknown) {
    return Unknown{"no_match",
                   "No photo of the collection seems to show this place. The ones below are "
                   "merely the most alike."};
  }
  if (answer.verdict == Verdict::kProbably)
    return Unknown{"no_positions", "It looks like these photos, but they carry no position."};
  return Unknown{"no_positions", "The place is known, but its photos carry no position."};
}

void match_json(JsonWriter& json,
                const Match& match,
                const QueryAnswer& answer,
                const CheckKind& kind,
                const PlaceOf& places) {
  json.object();
  photo_members(json, match.image, places);
  json.member("score", static_cast<double>(match.score)).key("distance_m");
  if (answer.location && match.image.position) {
    json.value(distance_m(answer.location->position, *match.image.position));
  } else {
    json.null();
  }
  json.key("geometry");
  if (match.geometry) {
    const MatchGeometry& g = *match.geometry;
    geometry_members(json, kind, g.matched, g.inliers, g.verified);
  } else {
    json.null();
  }
  json.end();
}

}  // namespace

void time_member(JsonWriter& json, const char* name, const std::optional<int64_t>& seconds) {
  json.key(name);
  seconds ? json.value(iso_time(*seconds)) : json.null();
}

void position_members(JsonWriter& json, const std::optional<LatLon>& position) {
  json.key("lat");
  position ? json.value(rounded(position->lat)) : json.null();
  json.key("lon");
  position ? json.value(rounded(position->lon)) : json.null();
}

void photo_members(JsonWriter& json, const PlaceImage& image, const PlaceOf& places) {
  json.member("id", image.id).member("image", image.path).member("name", last_part(image.path));
  json.member("width", image.width).member("height", image.height);
  position_members(json, image.position);
  optional_member(json, "heading_deg", image.heading_deg);
  time_member(json, "taken", image.taken);
  json.key("place");
  const auto place = places.find(image.id);
  place == places.end() ? json.null() : json.value(place->second);
}

std::string query_answer_json(const QueryFacts& query,
                              const QueryAnswer& answer,
                              int64_t collection_size,
                              const CheckKind& kind,
                              const PlaceOf& places,
                              const Times& times) {
  JsonWriter json;
  json.object().key("query").object().member("width", query.width).member("height", query.height);
  position_members(json, query.position);
  time_member(json, "taken", query.taken);
  optional_member(json, "heading_deg", query.heading_deg);
  optional_member(json, "id", query.id);
  json.end().key("matches").array();
  for (const Match& match : answer.matches) match_json(json, match, answer, kind, places);
  json.end().member("verdict", verdict_name(answer.verdict));
  json.member("known_place", answer.known()).member("confidence", answer.confidence);
  json.key("location");
  if (answer.location) {
    const Location& at = *answer.location;
    json.object().member("lat", at.position.lat).member("lon", at.position.lon);
    json.member("radius_m", at.radius_m).member("support", at.support);
    json.member("confidence", at.confidence).end();
  } else {
    json.null();
  }
  const auto unknown = why_unknown(answer, collection_size);
  json.key("unknown_reason");
  unknown ? json.value(unknown->reason) : json.null();
  json.key("unknown_message");
  unknown ? json.value(unknown->sentence) : json.null();
  json.member("verified",
              std::any_of(answer.matches.begin(), answer.matches.end(), [](const Match& m) {
                return m.geometry.has_value();
              }));
  json.key("times").object().member("queue_ms", times.queue_ms);
  json.member("describe_ms", times.describe_ms).member("search_ms", times.search_ms);
  json.member("verify_ms", times.verify_ms).member("total_ms", times.total_ms).end().end();
  return json.str();
}

std::string map_json(const std::vector<PlaceImage>& images) {
  std::vector<const PlaceImage*> placed;
  for (const PlaceImage& image : images) {
    if (image.position) placed.push_back(&image);
  }
  JsonWriter json;
  json.object().member("count", placed.size());
  json.member("without_position", images.size() - placed.size());
  const auto column = [&](const char* name, const auto& write) {
    json.key(name).array();
    for (const PlaceImage* image : placed) write(*image);
    json.end();
  };
  column("ids", [&](const PlaceImage& i) { json.value(i.id); });
  column("lat", [&](const PlaceImage& i) { json.value(rounded(i.position->lat)); });
  column("lon", [&](const PlaceImage& i) { json.value(rounded(i.position->lon)); });
  column("heading_deg",
         [&](const PlaceImage& i) { i.heading_deg ? json.value(*i.heading_deg) : json.null(); });
  column("taken", [&](const PlaceImage& i) { i.taken ? json.value(*i.taken) : json.null(); });
  json.key("bounds");
  if (placed.empty()) return json.null().end().str();
  double south = 90, north = -90;
  std::vector<double> lons;
  for (const PlaceImage* image : placed) {
    south = std::min(south, image->position->lat);
    north = std::max(north, image->position->lat);
    lons.push_back(image->position->lon);
  }
  // East and west of the widest empty stretch, which may not be the one at the 180th meridian.
  std::sort(lons.begin(), lons.end());
  double west = lons.front(), east = lons.back(), widest = 360 - (east - west);
  for (size_t i = 1; i < lons.size(); ++i) {
    if (lons[i] - lons[i - 1] <= widest) continue;
    widest = lons[i] - lons[i - 1];
    west = lons[i];
    east = lons[i - 1];
  }
  json.object().member("south", rounded(south)).member("west", rounded(west));
  return json.member("north", rounded(north)).member("east", rounded(east)).end().end().str();
}

}  // namespace loci::internal
