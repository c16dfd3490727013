// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mesh.h"
#include "plan.h"

#include <array>
#include <string>

namespace loci::town {

/// What time changes on a house: its paint, its shop, its dirt.
struct Look {
  std::array<Vec3, static_cast<size_t>(Slot::kCount)> colour;
  float dirt = 0.3f;        ///< 0 newly painted, 1 never cleaned
  uint32_t shop = 0;        ///< number of the tenant since the town's beginning
  bool shop_empty = false;  ///< panes papered over
};

/// The look in a year such as 2015.5. The same house and year always give the same look.
Look look_of(const Building& building, float year);

std::string shop_name(const Building& building, uint32_t tenant);

/// sRGB 0xRRGGBB to linear.
Vec3 rgb(uint32_t hex);
Vec3 car_colour(uint32_t seed);
Vec3 cloth_colour(uint32_t seed);
Vec3 skin_colour(uint32_t seed);

}  // namespace loci::town
