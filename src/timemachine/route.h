// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"

#include <vector>

namespace loci::town {

/// Where a car is on its way.
struct Waypoint {
  Vec2 position;  ///< in its lane, right of the middle line
  Vec2 ahead;     ///< unit direction of travel
};

/// A walk over the inner streets without U-turns (but at dead ends), a waypoint every `step_m`
/// metres of the middle line; corners are rounded.
std::vector<Waypoint> random_route(const TownPlan& plan, double length_m, double step_m);

}  // namespace loci::town
