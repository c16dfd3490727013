// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/describe/verifier.h"
#include "loci/place/place_db.h"

namespace loci {

/// Checks the first `verifier.options().num_candidates` matches of an answer geometrically, puts
/// them in the order of order_by_inliers(), fills in Match::geometry and keeps the first `k`. A match whose photograph cannot be read any more sinks below those that can, without
/// geometry.
///
/// Where a match is verified, the location is estimated again from the verified ones alone, and the
/// place is known. Ask for max(k, num_candidates) matches before.
/// Errors: InvalidArgument for k < 1
Status verify_answer(const Verifier& verifier,
                     const LocatedFeatures& query,
                     int k,
                     QueryAnswer* answer,
                     int num_threads = 0);

}  // namespace loci
