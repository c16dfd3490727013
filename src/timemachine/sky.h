// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "materials.h"
#include "visit.h"

namespace loci::town {

/// Light of a visit: sun, sky, haze, and how much of it is night.
struct Sky {
  Vec3 sun_direction;
  Vec3 sun;  ///< irradiance on a surface that faces it, 0 when it is down or behind thick cloud
  Vec3 zenith, horizon;
  Vec3 haze;  ///< colour of air in the distance
  float haze_per_m = 0.0006f;
  float cloud = 0;  ///< cover
  float night = 0;  ///< 0 day, 1 dark
  float cloud_shift_x = 0, cloud_shift_y = 0;
  uint32_t town_seed = 0;

  /// Radiance from a direction, with clouds, sun and the hills around the town.
  Vec3 radiance(Vec3 direction) const;
  /// Irradiance over pi from the half space around a normal, without anything in the way.
  Vec3 ambient(Vec3 normal) const;
};
Sky make_sky(const Visit& visit, uint64_t town_seed);

}  // namespace loci::town
