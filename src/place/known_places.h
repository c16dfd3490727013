// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "linkage.h"

#include "loci/place/place_db.h"
#include "loci/place/place_labels.h"

#include <string>
#include <vector>

namespace loci {

/// What was said of photos that are in the collection.
struct KnownPlaces {
  ItemConstraints items;
  std::vector<std::string> names;  ///< by number
};

/// By position in `images`. Copies of one file share what was said of it.
KnownPlaces known_places(const std::vector<PlaceImage>& images, const PlaceLabels& labels);

}  // namespace loci
