// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shade.h"

namespace loci::town {

/// One look along one ray before shadows and ambient light are known.
struct Sample {
  Vec3 base;     ///< light that needs no further ray
  Vec3 gated;    ///< light of the sun or the brightest lamp, if nothing is in its way
  Vec3 ambient;  ///< light of the whole sky, to be multiplied by the open part of it
  Vec3 position, normal;
  Vec3 to_light;             ///< unit vector
  float light_distance = 0;  ///< 0 when there is no such light
  float distance = 0;        ///< 0 for sky
  uint32_t surface = 0;
};

RTCRay make_ray(Vec3 origin, Vec3 way, float near, float far);
Hit make_hit(const Frame& frame, const RTCRayHit& ray, float pixel_angle);
Sample shade_hit(const Frame& frame, const RTCRayHit& ray, float pixel_angle, uint32_t noise);

}  // namespace loci::town
