// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/pose.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loci::internal {

/// Transforms of a bag by "PARENT>CHILD", each sorted by time.
using Transforms = std::map<std::string, std::vector<TimedPose>>;

/// Did the position change by more than a millimetre?
bool moves(const std::vector<TimedPose>& poses);

/// Poses of the frame CHILD in PARENT for a `name` of "PARENT>CHILD", composed of the transforms that lead from one to the
/// other (map>odom, odom>base_link): at the times of the most frequent of those that move, between which the others are
/// interpolated. A transform that never moves holds at all times; others hold up to a second before and after their own.
/// Nothing where no transforms lead there.
std::optional<std::vector<TimedPose>> chained(const Transforms& transforms,
                                              const std::string& name);

/// "PARENT>CHILD" of the one chain on which all transforms lie that move; nothing where they branch.
std::optional<std::string> moving_chain(const Transforms& transforms);

}  // namespace loci::internal
