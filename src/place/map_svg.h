// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/place/place_db.h"

#include <optional>
#include <string>
#include <vector>

namespace loci {

struct MapPoint {
  LatLon position;
  std::string label;  ///< "1", "2", ...: the rank of a match
};

/// An SVG of matches (numbered dots), the estimate with its radius, and the true place; north is
/// up. It shows the matches near the estimate; how many lie outside is said below. Empty without
/// any position.
std::string draw_map(const std::vector<MapPoint>& matches,
                     const std::optional<Location>& location,
                     const std::optional<LatLon>& truth);

}  // namespace loci
