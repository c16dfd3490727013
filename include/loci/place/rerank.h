// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/describe/verifier.h"
#include "loci/place/place_db.h"

namespace loci {

/// Checks the first `verifier.options().num_candidates` matches of an answer geometrically, puts
/// them in the order of Verifier::order(), fills in Match::geometry and keeps the first `k`. A
/// match whose photograph cannot be read any more has no geometry. `db`, where given, is asked for the
/// features that it keeps, so that photographs need not be read.
///
/// Where a match is verified, the location is estimated again from the verified ones alone, and the
/// place is known. Ask for max(k, num_candidates) matches before.
/// Errors: InvalidArgument for k < 1
Status verify_answer(const Verifier& verifier,
                     const LocatedFeatures& query,
                     int k,
                     QueryAnswer* answer,
                     int num_threads = 0,
                     const PlaceDb* db = nullptr);

/// PlaceDb::query() and verify_answer() in one, with `num_threads` of each: what the network makes
/// of the image serves the descriptor and, where it is what is compared, the check.
Result<QueryAnswer> query_verified(const PlaceDb& db,
                                   const Verifier& verifier,
                                   ImageView image,
                                   int k,
                                   const IndexOptions& index = {},
                                   const std::string& leave_out = "");

}  // namespace loci
