// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/json_writer.h"
#include "loci/describe/explain.h"
#include "loci/describe/verifier.h"
#include "loci/place/place_db.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loci::internal {

// The schemas of docs/openapi.json, each by the name it has there.

/// Number of the group of each photo that is in one.
using PlaceOf = std::map<int64_t, int64_t>;

/// The members of Photo, within an open object.
void photo_members(JsonWriter& json, const PlaceImage& image, const PlaceOf& places);

/// How pairs are checked: "backbone", "homography".
struct CheckKind {
  std::string method, geometry;
};

struct Times {
  double queue_ms = 0, describe_ms = 0, search_ms = 0, verify_ms = 0, total_ms = 0;
};

/// What is known of a query beside its pixels.
struct QueryFacts {
  int width = 0, height = 0;
  std::optional<LatLon> position;
  std::optional<int64_t> taken;
  std::optional<double> heading_deg;
  std::optional<int64_t> id;  ///< when it is a photo of the collection
};

/// QueryAnswer. `collection_size`: photos that could have matched.
std::string query_answer_json(const QueryFacts& query,
                              const QueryAnswer& answer,
                              int64_t collection_size,
                              const CheckKind& kind,
                              const PlaceOf& places,
                              const Times& times);

/// Why, of a query and photo `id`.
struct WhyParts {
  int64_t id = 0;
  double score = 0;
  std::optional<Explanation> explanation;  ///< none for poolings that cannot be taken apart
  GeometricCheck check;
  bool verified = false;
  CheckKind kind;
  const LocatedFeatures* first = nullptr;
  const LocatedFeatures* second = nullptr;
  int max_links = 0;
};
std::string why_json(const WhyParts& parts);

/// MapPoints.
std::string map_json(const std::vector<PlaceImage>& images);

/// Seconds as "2015-06-21T12:00:00", or null.
void time_member(JsonWriter& json, const char* name, const std::optional<int64_t>& seconds);
void position_members(JsonWriter& json, const std::optional<LatLon>& position);

}  // namespace loci::internal
