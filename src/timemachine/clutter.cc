// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "building.h"

namespace loci::town {
namespace {

float real(Rng& rng, double low, double high) { return static_cast<float>(rng.uniform(low, high)); }

}  // namespace

void add_clutter(
    Mesh& m, const Building& b, const HouseParts& parts, const Face& f, float width, Rng& rng) {
  const auto decal = [&](DecalKind kind, Material material) {
    return m.add_part({.material = material,
                       .slot = Slot::kWall,
                       .grain = Grain::kPlasterFine,
                       .decal_kind = static_cast<uint8_t>(kind),
                       .owner = b.id,
                       .seed = static_cast<uint32_t>(rng.next())});
  };
  const float pipe = rng.chance(0.5) ? 0.12f : width - 0.2f;
  if (rng.chance(0.7)) box(m, f, pipe, 0, 0.02f, pipe + 0.09f, b.height(), 0.12f, parts.iron);
  // Posters stick to the ends of a wall, or to the panes of a shop.
  if (rng.chance(0.3)) {
    const int n = b.shop ? 1 + static_cast<int>(rng.below(3)) : 1;
    const float step = 0.65f, room = step * static_cast<float>(n);
    const float u = b.shop ? real(rng, 0.6, std::max(0.7f, width - room - 0.6f))
                           : (rng.chance(0.5) ? 0.3f : width - 0.95f);
    for (int i = 0; i < n; ++i) {
      rect(m,
           f,
           u + step * i,
           1.0f,
           u + step * i + 0.6f,
           1.85f,
           0.03f,
           decal(DecalKind::kPoster, Material::kPicture));
    }
  }
  if (!b.shop && rng.chance(0.25)) {
    // Ink on the wall as it is there: the same slot, grain and texture position.
    Part paint = m.parts[hash3(b.seed, 830) % 2 != 0 ? parts.base : parts.wall];
    paint.material = Material::kGraffiti;
    paint.decal_kind = static_cast<uint8_t>(DecalKind::kGraffiti);
    paint.seed = static_cast<uint32_t>(rng.next());
    const float u = rng.chance(0.5) ? 0.25f : std::max(0.3f, width - 2.4f);
    rect(m,
         f,
         u,
         0.25f,
         std::min(u + real(rng, 1.2, 2.0), width - 0.1f),
         real(rng, 1.1, 1.6),
         0.045f,
         m.add_part(paint));
  }
  if (rng.chance(0.35)) {
    const float u = real(rng, 0.3, width - 0.5);
    const uint32_t glow =
        m.add_part({.material = Material::kLamp, .seed = b.seed, .colour = {0.9f, 0.8f, 0.6f}});
    box(m, f, u, b.ground_h - 0.9f, 0.15f, u + 0.2f, b.ground_h - 0.6f, 0.35f, glow);
    box(m, f, u - 0.02f, b.ground_h - 0.6f, 0, u + 0.22f, b.ground_h - 0.55f, 0.38f, parts.iron);
  }
  if (rng.chance(0.15)) {
    const Vec3 base = f.at(real(rng, 0.5, width - 0.5), b.ground_h + real(rng, 0.2, 1.0), 0.05f);
    const Vec3 tip = base + f.out * 1.3f + Vec3{0, 0, 0.8f};
    m.tube(base, tip, 0.02f, 0.02f, 4, parts.iron);
    const Vec3 low{0, 0, -0.9f};
    const Vec3 start = mix(base, tip, 0.35f);
    m.quad(start + low, tip + low, tip, start, parts.awning);
  }
}

}  // namespace loci::town
