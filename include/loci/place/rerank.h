// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/describe/verifier.h"
#include "loci/place/place_db.h"

#include <memory>

namespace loci {

/// When the geometry of an answer's best matches is checked.
enum class Check {
  kNever,
  kDoubtful,  ///< only where the scores alone do not say "known"
  kAlways,
};

bool needs_check(const QueryAnswer& answer, Check check);

/// Verifier::create(), or null where this build cannot check the model's features (Unsupported) and
/// `check` does not insist on it.
Result<std::unique_ptr<Verifier>> verifier_for(const Describer& describer,
                                               const VerifyOptions& options,
                                               Check check);

/// Checks the first `verifier.options().num_candidates` matches of an answer geometrically, puts
/// them in the order of Verifier::order(), fills in Match::geometry and keeps the first `k`. A
/// match whose photo cannot be read any more has no geometry. `db`, where given, is asked for the
/// features that it keeps, so that photos need not be read.
///
/// Confidences, verdict and location are those of the checked matches then: the location comes from
/// the verified ones alone, where there are any. Ask for max(k, num_candidates) matches before.
/// Errors: InvalidArgument for k < 1
Status verify_answer(const Verifier& verifier,
                     const LocatedFeatures& query,
                     int k,
                     QueryAnswer* answer,
                     int num_threads = 0,
                     const PlaceDb* db = nullptr);

/// PlaceDb::query() and, as `check` says, verify_answer() in one, with `num_threads` of each: what
/// the network makes of the image serves the descriptor and, where it is what is compared, the
/// check. Without a verifier (null) nothing is checked.
Result<QueryAnswer> query_checked(const PlaceDb& db,
                                  const Verifier* verifier,
                                  ImageView image,
                                  int k,
                                  Check check = Check::kDoubtful,
                                  const IndexOptions& index = {},
                                  const std::string& leave_out = "");

}  // namespace loci
