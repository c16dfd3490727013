// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json_fields.h"

#include "loci/model/match_odds.h"

namespace loci::internal {

/// The member `match_odds` of a model's description, where it is there. Corrupt, naming the member, for a wrong type.
Status read_match_odds(const Json& description, MatchOdds& odds);
Json match_odds_json(const MatchOdds& odds);

}  // namespace loci::internal
