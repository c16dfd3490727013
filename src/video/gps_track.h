// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"

#include "loci/base/geo.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace loci::internal {

struct GpsFix {
  int64_t time_ns = 0;
  LatLon position;
  std::optional<double> altitude_m;
};

/// The fixes of a bag by time: of the topic of sensor_msgs/NavSatFix with most messages, those with
/// a fix (status 0 and up) and a valid position. Messages that cannot be read are left out.
std::vector<GpsFix> read_gps_track(Bag& bag);

/// Where the receiver was at a time: linear between the fixes before and after when both are within
/// 2 s, else the nearer one that is; nothing when none is.
std::optional<GpsFix> gps_at(const std::vector<GpsFix>& track, int64_t time_ns);

}  // namespace loci::internal
