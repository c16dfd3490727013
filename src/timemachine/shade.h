// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame.h"

namespace loci::town {

/// Where a ray meets the town.
struct Hit {
  Vec3 position;
  Vec3 normal;  ///< of the surface, towards the viewer
  Vec3 way;     ///< of the ray
  Vec2 uv;      ///< metres
  Vec2 local;   ///< within the quad, [0, 1]
  float distance = 0;
  float footprint = 0;  ///< width of a pixel on the surface, metres
  const Part* part = nullptr;
  const Placed* placed = nullptr;
  uint32_t surface = 0;  ///< equal numbers belong to the same part of the same thing
};

/// What a surface does with light.
struct Surface {
  Vec3 albedo;
  Vec3 emission;
  Vec3 normal;
  Vec3 ambient_gain{1, 1, 1};
  float through = 0;  ///< share of light from behind that comes through (leaves, awnings)
  float mirror = 0;   ///< share of light that is reflected as in a mirror
  float rough = 0;    ///< spread of the mirror
};

Surface surface_at(const Frame& frame, const Hit& hit);

/// A window seen from outside: the room, curtain or goods behind the pane and the light in it.
void shade_pane(const Frame& frame, const Hit& hit, Surface& surface);

/// Wetness, snow, fallen leaves and dirt on what looks up.
void weather_surface(const Frame& frame, const Hit& hit, Surface& surface);

}  // namespace loci::town
