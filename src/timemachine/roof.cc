// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "building.h"

namespace loci::town {
namespace {

float real(Rng& rng, double low, double high) { return static_cast<float>(rng.uniform(low, high)); }

void chimney(Mesh& m, Vec3 at, float angle, uint32_t part, uint32_t pots, Rng& rng) {
  const float h = real(rng, 1.4, 2.4);
  m.box(at, real(rng, 0.3, 0.7), 0.28f, h, angle, part);
  for (int i = 0; i < 2; ++i) {
    const Vec3 p =
        at + Vec3{std::cos(angle), std::sin(angle), 0} * (0.22f * (2 * i - 1)) + Vec3{0, 0, h};
    m.tube(p, p + Vec3{0, 0, 0.4f}, 0.11f, 0.1f, 6, pots);
  }
}

/// A dormer: a small house with a window standing on a slope, its front in the plane of `f` moved
/// in by `d`.
void dormer(Mesh& m,
            const Building& b,
            const Design& design,
            const HouseParts& parts,
            const Face& f,
            float u,
            float v,
            float d,
            float depth,
            Rng& rng) {
  const float w = 0.75f, h = 1.5f;
  rect(m, f, u - w, v, u + w, v + h, d - 0.02f, parts.trim);
  add_window(m,
             b,
             design,
             parts,
             f,
             u - w + 0.18f,
             v + 0.12f,
             u + w - 0.18f,
             v + h - 0.15f,
             d + 0.03f,
             Material::kWindow,
             rng);
  m.quad(f.at(u - w, v, d - depth),
         f.at(u - w, v, d),
         f.at(u - w, v + h, d),
         f.at(u - w, v + h, d - depth),
         parts.roof);
  m.quad(f.at(u + w, v, d),
         f.at(u + w, v, d - depth),
         f.at(u + w, v + h, d - depth),
         f.at(u + w, v + h, d),
         parts.roof);
  const float e = 0.15f;
  m.quad(f.at(u - w - e, v + h, d + e),
         f.at(u, v + h + 0.5f, d + e),
         f.at(u, v + h + 0.5f, d - depth),
         f.at(u - w - e, v + h, d - depth),
         parts.roof);
  m.quad(f.at(u, v + h + 0.5f, d + e),
         f.at(u + w + e, v + h, d + e),
         f.at(u + w + e, v + h, d - depth),
         f.at(u, v + h + 0.5f, d - depth),
         parts.roof);
  m.triangle(f.at(u - w, v + h, d), f.at(u + w, v + h, d), f.at(u, v + h + 0.48f, d), parts.trim);
}

std::array<Vec2, 4> shrink(const std::array<Vec2, 4>& c, float by) {
  const Vec2 middle = (c[0] + c[1] + c[2] + c[3]) * 0.25f;
  std::array<Vec2, 4> out;
  for (int i = 0; i < 4; ++i) {
    const float len = length(c[i] - middle);
    out[i] = middle + (c[i] - middle) * std::max(0.3f, 1 - by * 1.41f / len);
  }
  return out;
}

void flat_roof(Mesh& m, const Building& b, const HouseParts& parts, Rng& rng) {
  const float z = b.height() + 0.13f;
  const auto& c = b.corner;
  const bool parapet = b.style != Style::kStone;
  m.quad(lift(c[0], z), lift(c[1], z), lift(c[2], z), lift(c[3], z), parts.dark);
  if (parapet) {
    const float h = real(rng, 0.4, 1.0);
    for (int i = 0; i < 4; ++i) {
      const Face f = make_face(c[i], c[(i + 1) % 4], z - 0.02f, 3);
      box(m,
          f,
          0,
          0,
          -0.25f,
          length(c[(i + 1) % 4] - c[i]),
          h,
          0,
          b.style == Style::kModern ? parts.wall : parts.trim);
    }
  }
  const int boxes = static_cast<int>(rng.below(4));
  for (int i = 0; i < boxes; ++i) {
    const Vec2 p = mix(mix(c[0], c[1], real(rng, 0.25, 0.75)),
                       mix(c[3], c[2], real(rng, 0.25, 0.75)),
                       real(rng, 0.25, 0.7));
    m.box(lift(p, z),
          real(rng, 0.6, 1.8),
          real(rng, 0.6, 1.4),
          real(rng, 0.8, 2.6),
          real(rng, 0, 3),
          parts.concrete);
  }
  if (rng.chance(0.5)) {
    const Vec2 p = mix(c[0], c[2], real(rng, 0.3, 0.6));
    m.tube(lift(p, z), lift(p, z + real(rng, 3, 6)), 0.05f, 0.03f, 5, parts.iron);
  }
}

void gable_roof(Mesh& m, const Building& b, const Design& d, const HouseParts& parts, Rng& rng) {
  // Corners turned so that the ridge runs from the middle of side 3 to the middle of side 1.
  std::array<Vec2, 4> c = b.corner;
  if (b.roof == Roof::kGableFront) c = {b.corner[1], b.corner[2], b.corner[3], b.corner[0]};
  const float z = b.height() + 0.13f;
  const float depth = length(c[3] - c[0]);
  const float pitch = b.style == Style::kTimber ? real(rng, 0.9, 1.25) : real(rng, 0.5, 0.85);
  const float rise = depth * 0.5f * pitch, eave = 0.35f;
  const Vec2 r0 = (c[3] + c[0]) * 0.5f, r1 = (c[1] + c[2]) * 0.5f;
  const Vec2 along = normalise(r1 - r0) * (b.roof == Roof::kGableFront ? 0.3f : 0.02f);
  const auto slope = [&](Vec2 p, Vec2 q, Vec2 rp, Vec2 rq) {
    const Vec2 outward = normalise(p - rp);
    const Vec3 ep =
        lift(p + outward * eave - along * (dot(p - q, along) < 0 ? 1.0f : -1.0f), z - eave * pitch);
    const Vec3 eq =
        lift(q + outward * eave + along * (dot(p - q, along) < 0 ? 1.0f : -1.0f), z - eave * pitch);
    const float s = dot(p - q, along) < 0 ? 1.0f : -1.0f;
    const Vec3 tp = lift(rp - along * s, z + rise), tq = lift(rq + along * s, z + rise);
    m.quad(ep, eq, tq, tp, parts.roof);
    const Vec3 down{0, 0, -0.14f};
    m.quad(ep + down, eq + down, eq, ep, parts.trim);
    m.quad(ep + down, ep, tp, tp + down, parts.trim);
    m.quad(eq, eq + down, tq + down, tq, parts.trim);
  };
  slope(c[0], c[1], r0, r1);
  slope(c[2], c[3], r1, r0);
  const uint32_t gable = b.style == Style::kTimber ? parts.wall : parts.party;
  m.triangle(lift(c[1], z), lift(c[2], z), lift(r1, z + rise), gable);
  m.triangle(lift(c[3], z),
             lift(c[0], z),
             lift(r0, z + rise),
             b.roof == Roof::kGableFront ? parts.wall : gable);
  const Face f = make_face(b.corner[0], b.corner[1], z, 0);
  const float width = length(b.corner[1] - b.corner[0]);
  if (b.roof == Roof::kGableFront) {
    const float mid = width * 0.5f;
    rect(m, f, 0, -0.1f, width, 0.12f, 0.05f, parts.trim);
    if (b.style == Style::kTimber) {
      for (float s : {-1.0f, 1.0f})
        beam(m,
             f,
             mid + s * width * 0.25f,
             0,
             mid + s * 0.4f,
             rise * 0.7f,
             0.16f,
             0.04f,
             parts.trim);
      rect(m,
           f,
           mid - width * 0.28f,
           rise * 0.42f,
           mid + width * 0.28f,
           rise * 0.42f + 0.16f,
           0.045f,
           parts.trim);
    }
    if (rise > 2.2f)
      add_window(m,
                 b,
                 d,
                 parts,
                 f,
                 mid - 0.45f,
                 rise * 0.12f,
                 mid + 0.45f,
                 rise * 0.12f + 1.1f,
                 0.06f,
                 Material::kWindow,
                 rng);
  } else if (depth > 8 && rng.chance(0.55)) {
    const int n = std::max(1, static_cast<int>(width / real(rng, 3, 5.5)));
    for (int i = 0; i < n; ++i)
      dormer(m, b, d, parts, f, width * (i + 0.5f) / n, 0.5f, -0.5f / pitch, 1.9f / pitch, rng);
  }
  const float angle = std::atan2(r1.y - r0.y, r1.x - r0.x);
  const int stacks = static_cast<int>(rng.below(3)) + (b.style == Style::kTerrace ? 1 : 0);
  for (int i = 0; i < stacks; ++i) {
    const Vec2 p = mix(r0, r1, i == 0 ? 0.06f : real(rng, 0.3, 0.95));
    chimney(m, lift(p, z + rise - 0.5f), angle, parts.party, parts.door, rng);
  }
}

void mansard_roof(Mesh& m, const Building& b, const Design& d, const HouseParts& parts, Rng& rng) {
  const float z = b.height() + 0.13f, h = real(rng, 2.4, 3.2);
  const auto top = shrink(b.corner, 1.3f);
  for (int i = 0; i < 4; ++i) {
    const int j = (i + 1) % 4;
    m.quad(lift(b.corner[i], z),
           lift(b.corner[j], z),
           lift(top[j], z + h),
           lift(top[i], z + h),
           parts.roof);
    if (b.side[i] != Side::kStreet) continue;
    const Face f = make_face(b.corner[i], b.corner[j], z, 0);
    const float width = length(b.corner[j] - b.corner[i]);
    const int n =
        std::max(1, static_cast<int>((width - 1) / (d.bay * (rng.chance(0.5) ? 1.0f : 1.6f))));
    for (int k = 0; k < n; ++k)
      dormer(m, b, d, parts, f, width * (k + 0.5f) / n, 0.35f, -0.3f, 1.0f, rng);
  }
  m.quad(lift(top[0], z + h),
         lift(top[1], z + h),
         lift(top[2], z + h),
         lift(top[3], z + h),
         parts.dark);
  const int stacks = 1 + static_cast<int>(rng.below(3));
  for (int i = 0; i < stacks; ++i) {
    const Vec2 p = mix(top[1], top[2], real(rng, 0.1, 0.9));
    const Vec2 way = top[2] - top[1];
    chimney(m, lift(p, z + h - 0.3f), std::atan2(way.y, way.x), parts.party, parts.door, rng);
  }
}

}  // namespace

void add_roof(Mesh& m, const Building& b, const Design& d, const HouseParts& parts, Rng& rng) {
  switch (b.roof) {
    case Roof::kFlat:
      flat_roof(m, b, parts, rng);
      break;
    case Roof::kMansard:
      mansard_roof(m, b, d, parts, rng);
      break;
    default:
      gable_roof(m, b, d, parts, rng);
      break;
  }
}

}  // namespace loci::town
