// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/describe/describer.h"
#include "loci/place/place_db.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loci {

struct IndexPlan {
  /// A collection that is still empty learns its centers from these photos, where its model wants it.
  bool learn_centers = true;
  int dimensions = kAutoDimensions;  ///< of a descriptor, as parse_dimensions() has it
};

/// PlaceDb::update() with what a growing collection needs beside it: centers of its own
/// (PlaceDb::relearn) and short descriptors (PlaceDb::reduce). `db` is opened anew where its model
/// changes. Killed at any instant, the same call goes on.
/// Errors: as update(), relearn() and reduce(); InvalidArgument for dimensions that differ from
///         those that the collection was shortened to
Result<IndexReport> index_photos(const std::string& folder,
                                 const std::vector<std::string>& paths,
                                 const UpdateOptions& update,
                                 const IndexPlan& plan,
                                 const DescribeOptions& describe,
                                 const JobControl& job,
                                 std::shared_ptr<PlaceDb>* db);

}  // namespace loci
