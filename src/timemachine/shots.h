// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"
#include "writer.h"

#include "loci/timemachine/simulate.h"

#include <vector>

namespace loci::town {

PlanOptions plan_options(const SimulateOptions& options);
int last_year(const SimulateOptions& options);
/// Every photograph of a town, place by place.
std::vector<Shot> list_shots(const TownPlan& plan, const SimulateOptions& options);
/// The eight times of a contact sheet: the seasons, weathers and hours that change a street most.
std::vector<Shot> sheet_shots(const TownPlan& plan,
                              const SimulateOptions& options,
                              const Place& place);

}  // namespace loci::town
