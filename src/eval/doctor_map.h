// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/eval/doctor.h"

#include <string>

namespace loci {

/// One town's positions as an SVG map: database images and queries in their colours, queries
/// without a positive and wrong positions on top. Dots that would lie on each other are drawn once,
/// so a map is at most about half a MiB whatever the size of the set.
std::string town_map(const DoctorReport::Town& town);

/// What the colours mean, as a line of HTML.
std::string town_map_legend();

}  // namespace loci
