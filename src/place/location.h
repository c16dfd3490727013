// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/place/place_db.h"

#include <optional>
#include <vector>

namespace loci {

/// One match that says where it was taken.
struct Evidence {
  LatLon position;
  float score = 0;
};

/// The place that most of the evidence agrees on.
///
///   w_i        = max(0, s_i - chance)^2 / (1 - chance)^2: matches no better than chance do not
///                count
///   mode       = argmax over i of sum_j w_j exp(-d_ij^2 / (2 h^2)), h = 35 m
///   position   = weighted geometric median (Weiszfeld) of the matches within 3 h of the mode
///   radius_m   = distance that holds two thirds of their weight, at least 10 m (what a telephone's
///                GPS is good for)
///   confidence = their share of all weight
///
/// Nothing when no match is better than `chance`.
std::optional<Location> estimate_location(const std::vector<Evidence>& evidence, double chance);

}  // namespace loci
