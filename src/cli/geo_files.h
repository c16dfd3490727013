// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/exchange/geo.h"
#include "loci/place/place_db.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace loci::cli {

struct Program;

/// `--geojson`, `--gpx` and `--kml`.
void add_geo_options(Program& program, CLI::App* verb, GeoFiles& files);

/// The photographs that have a position.
std::vector<GeoPoint> collection_points(const std::vector<PlaceImage>& images);

/// The estimated location of a query, where there is one, then its matches that have a position.
void add_answer_points(const std::string& query,
                       const QueryAnswer& answer,
                       std::vector<GeoPoint>* points);

}  // namespace loci::cli
