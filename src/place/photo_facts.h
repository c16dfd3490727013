// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"
#include "scan.h"

#include "loci/describe/describer.h"
#include "loci/place/place_db.h"

#include <string>

namespace loci {

/// Size, position, time and heading of a photograph that was described: what the camera wrote into
/// the file, and for what it did not the fields of the file's name, where data sets have them.
PlaceImage photo_facts(const std::string& path, const DescribedImage& described);

/// A row of the catalogue for a file that was described, but for the place of its descriptor.
StoredImage stored_photo(const FoundFile& file, const DescribedImage& described);

}  // namespace loci
