// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "building.h"

namespace loci::town {

void add_building(Mesh& m, const Building& b) {
  const Design d = design_of(b);
  const HouseParts parts = make_parts(m, b, d);
  for (int side = 0; side < 4; ++side) {
    Rng rng(b.seed, 100 + static_cast<uint64_t>(side));
    if (b.side[side] == Side::kStreet) {
      add_street_side(m, b, d, parts, side, rng);
      continue;
    }
    const Vec2 p = b.corner[side], q = b.corner[(side + 1) % 4];
    const Face f = make_face(p, q, 0, 7.3f * static_cast<float>(b.id % 89));
    const float width = length(q - p);
    rect(m, f, 0, 0, width, b.height(), 0, parts.party);
    if (b.side[side] == Side::kParty && rng.chance(0.2)) {
      const uint32_t mural = m.add_part({.material = Material::kPicture,
                                         .decal_kind = static_cast<uint8_t>(DecalKind::kMural),
                                         .owner = b.id,
                                         .seed = b.seed});
      const float h = std::min(b.height() * 0.5f, width * 0.6f);
      rect(m,
           f,
           width * 0.12f,
           b.height() - h - 0.8f,
           width * 0.88f,
           b.height() - 0.8f,
           0.02f,
           mural);
    }
  }
  Rng rng(b.seed, "roof");
  add_roof(m, b, d, parts, rng);
}

}  // namespace loci::town
