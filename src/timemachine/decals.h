// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "building.h"
#include "font.h"
#include "look.h"

#include <map>

namespace loci::town {

/// Pictures that are drawn rather than repeated: shop signs of every tenant in a span of years,
/// posters, murals, graffiti, road signs, house numbers.
class Decals {
 public:
  Decals(const TownPlan& plan, int first_year, int last_year);
  /// Sign of a house's shop; nothing when it has none.
  const Texture* shop_sign(uint32_t building, uint32_t tenant) const;
  const Texture& picture(DecalKind kind, uint32_t seed) const;

 private:
  std::map<std::pair<uint32_t, uint32_t>, Texture> signs_;
};

}  // namespace loci::town
