// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "building.h"

namespace loci::town {
namespace {

/// Decoration around one opening.
void dress_window(Mesh& m,
                  const Design& d,
                  const HouseParts& parts,
                  const Face& f,
                  float a0,
                  float b0,
                  float a1,
                  float b1,
                  bool noble,
                  Rng& rng) {
  box(m, f, a0 - 0.1f, b0 - 0.1f, 0, a1 + 0.1f, b0, 0.12f, parts.trim);
  if (d.surround > 0) {
    const float s = d.surround;
    box(m, f, a0 - s, b0, 0, a0, b1 + s, 0.05f, parts.trim);
    box(m, f, a1, b0, 0, a1 + s, b1 + s, 0.05f, parts.trim);
    box(m, f, a0, b1, 0, a1, b1 + s, 0.05f, parts.trim);
  }
  const float top = b1 + d.surround;
  const float mu = (a0 + a1) * 0.5f;
  if (d.lintel > 0 && d.pediment != 4)
    box(m, f, a0 - 0.15f, b1, 0, a1 + 0.15f, b1 + d.lintel, 0.03f, parts.trim);
  if (d.pediment == 1 || (d.pediment == 2 && !noble))
    box(m, f, a0 - 0.25f, top + 0.08f, 0, a1 + 0.25f, top + 0.2f, 0.2f, parts.trim);
  if (d.pediment == 2 && noble) {
    m.triangle(f.at(a0 - 0.3f, top + 0.1f, 0.14f),
               f.at(a1 + 0.3f, top + 0.1f, 0.14f),
               f.at(mu, top + 0.55f, 0.14f),
               parts.trim);
    box(m, f, a0 - 0.3f, top + 0.04f, 0, a1 + 0.3f, top + 0.1f, 0.18f, parts.trim);
  }
  if (d.pediment == 3)
    box(m, f, mu - 0.12f, b1 - 0.05f, -0.02f, mu + 0.12f, b1 + 0.35f, 0.08f, parts.trim);
  if (d.pediment == 4) {
    // A segmental arch: the upper corners of the hole are closed by pieces of wall, a ring of trim
    // goes around.
    const float w = (a1 - a0) * 0.5f, rise = std::min(0.32f * w, 0.35f);
    const auto arc = [&](float t) { return b1 - rise * t * t; };
    for (int i = -4; i < 4; ++i) {
      const float t0 = i / 4.0f, t1 = (i + 1) / 4.0f;
      m.quad(f.at(mu + t0 * w, arc(t0), 0.002f),
             f.at(mu + t1 * w, arc(t1), 0.002f),
             f.at(mu + t1 * w, b1 + 0.01f, 0.002f),
             f.at(mu + t0 * w, b1 + 0.01f, 0.002f),
             parts.wall);
      m.quad(f.at(mu + t0 * w, arc(t0), 0.02f),
             f.at(mu + t1 * w, arc(t1), 0.02f),
             f.at(mu + t1 * w * 1.1f, arc(t1) + 0.24f, 0.02f),
             f.at(mu + t0 * w * 1.1f, arc(t0) + 0.24f, 0.02f),
             parts.trim);
    }
  }
  if (d.flower_boxes && rng.chance(0.6)) {
    box(m, f, a0 + 0.05f, b0, 0.02f, a1 - 0.05f, b0 + 0.18f, 0.22f, parts.shutter);
    box(m, f, a0 + 0.02f, b0 + 0.16f, 0.0f, a1 - 0.02f, b0 + 0.34f, 0.26f, parts.flowers);
  }
}

void shutters(Mesh& m,
              const HouseParts& parts,
              const Face& f,
              float a0,
              float b0,
              float a1,
              float b1,
              Rng& rng) {
  const float w = (a1 - a0) * 0.5f;
  const double dice = rng.uniform();
  if (dice < 0.12) {
    box(m, f, a0, b0, -0.06f, a0 + w - 0.01f, b1, -0.02f, parts.shutter);
    box(m, f, a0 + w + 0.01f, b0, -0.06f, a1, b1, -0.02f, parts.shutter);
  } else {
    box(m, f, a0 - w, b0, 0, a0 - 0.02f, b1, 0.05f, parts.shutter);
    box(m, f, a1 + 0.02f, b0, 0, a1 + w, b1, 0.05f, parts.shutter);
  }
}

void timber_frame(Mesh& m,
                  const HouseParts& parts,
                  const Face& f,
                  float width,
                  float v0,
                  float v1,
                  float bay,
                  float margin,
                  int bays,
                  uint32_t seed) {
  box(m, f, 0, v0 - 0.1f, 0, width, v0 + 0.14f, 0.06f, parts.trim);
  for (int i = 0; i <= bays; ++i) {
    const float u = std::min(std::max(margin + bay * static_cast<float>(i), 0.1f), width - 0.1f);
    box(m, f, u - 0.09f, v0, 0, u + 0.09f, v1, 0.04f, parts.trim);
  }
  for (int i = 0; i < bays; ++i) {
    const float u0 = margin + bay * i, u1 = u0 + bay;
    const uint32_t kind = hash3(seed, static_cast<uint32_t>(i), 5) % 5;
    const float rail = v0 + 0.82f;
    rect(m, f, u0, rail - 0.07f, u1, rail + 0.05f, 0.035f, parts.trim);
    if (kind < 2) beam(m, f, u0, v0 + 0.1f, u1, rail, 0.13f, 0.03f, parts.trim);
    if (kind == 1 || kind == 2) beam(m, f, u1, v0 + 0.1f, u0, rail, 0.13f, 0.032f, parts.trim);
  }
}

struct Columns {
  int count;
  float margin, bay;
};
Columns columns_of(const Design& d, float width) {
  Columns c{};
  c.count = std::max(1, static_cast<int>((width - 0.5f) / d.bay));
  c.bay = std::min(d.bay * 1.25f, (width - 0.4f) / c.count);
  c.margin = (width - c.bay * c.count) * 0.5f;
  return c;
}

void one_window(Mesh& m,
                const Building& b,
                const Design& d,
                const HouseParts& parts,
                const Face& f,
                float u0,
                float u1,
                float v0,
                float v1,
                int floor,
                int column,
                float shift,
                Rng& rng) {
  const float mu = (u0 + u1) * 0.5f + shift;
  const float half = std::min(d.window_w, u1 - u0 - 0.1f) * 0.5f;
  float sill = d.sill;
  const bool door_like =
      d.balcony != BalconyKind::kNone && d.window != WindowKind::kFrench &&
      (d.balcony != BalconyKind::kSome || (column + static_cast<int>(b.seed % 3)) % 3 == 0);
  if (door_like) sill = 0.06f;
  const float a0 = mu - half, a1 = mu + half, b0 = v0 + sill;
  // Upper floors are a little lower, as they used to be.
  const float shrink = d.window == WindowKind::kFrench ? 0.06f * static_cast<float>(floor - 1) : 0;
  const float b1 = std::min(v0 + d.sill + d.window_h - shrink, v1 - 0.2f);
  wall_with_hole(m, f, u0, v0, u1, v1, a0, b0, a1, b1, d.reveal, parts.wall);
  add_window(m, b, d, parts, f, a0, b0, a1, b1, -d.reveal + 0.04f, Material::kWindow, rng);
  dress_window(m, d, parts, f, a0, b0, a1, b1, floor == 1, rng);
  if (d.shutter_chance > 0 && rng.chance(d.shutter_chance))
    shutters(m, parts, f, a0, b0, a1, b1, rng);
  const bool solid = b.style == Style::kApartment && b.seed % 2 == 0;
  switch (d.balcony) {
    case BalconyKind::kJuliet:
      add_railing(m, parts.iron, f, a0 - 0.05f, a1 + 0.05f, b0, 0.95f, 0.08f);
      break;
    case BalconyKind::kSome:
      if (door_like) add_balcony(m, parts, f, a0 - 0.35f, a1 + 0.35f, b0, 0.95f, solid);
      break;
    case BalconyKind::kRows:
      if (floor % 2 == 1 || b.style == Style::kApartment)
        add_balcony(m, parts, f, u0 + 0.1f, u1 - 0.1f, b0, 0.8f, solid);
      else if (d.window == WindowKind::kFrench)
        add_railing(m, parts.iron, f, a0, a1, b0, 0.95f, 0.06f);
      break;
    default:
      if (d.window == WindowKind::kFrench) add_railing(m, parts.iron, f, a0, a1, b0, 0.95f, 0.06f);
      break;
  }
  if (rng.chance(0.03))
    box(m, f, a0 + 0.1f, b0 - 0.75f, 0, a0 + 0.85f, b0 - 0.15f, 0.32f, parts.concrete);
}

}  // namespace

void add_street_side(
    Mesh& m, const Building& b, const Design& d, const HouseParts& parts, int side, Rng& rng) {
  const Vec2 p = b.corner[side], q = b.corner[(side + 1) % 4];
  const float width = length(q - p);
  const Face f = make_face(p, q, 0.13f, 13.7f * static_cast<float>(b.id % 97) + 3.1f * side);
  add_ground_floor(m, b, d, parts, f, width, side == 0, rng);
  const Columns c = columns_of(d, width);
  const float top = b.height();
  for (int floor = 1; floor < b.floors; ++floor) {
    const float v0 = b.ground_h + b.floor_h * (floor - 1), v1 = v0 + b.floor_h;
    rect(m, f, 0, v0, c.margin, v1, 0, parts.wall);
    rect(m, f, width - c.margin, v0, width, v1, 0, parts.wall);
    for (int i = 0; i < c.count; ++i) {
      const float u0 = c.margin + c.bay * i, u1 = u0 + c.bay;
      const bool blank =
          hash01(b.seed, static_cast<uint32_t>(i), 900 + static_cast<uint32_t>(side)) < d.blank_bay;
      if (blank) {
        rect(m, f, u0, v0, u1, v1, 0, parts.wall);
        continue;
      }
      const float room = std::max(0.0f, (c.bay - d.window_w) * 0.5f - 0.15f);
      const float shift =
          d.paired > 0 && c.count > 1 && d.shutter_chance == 0 ? (i % 2 == 0 ? room : -room) : 0;
      one_window(m, b, d, parts, f, u0, u1, v0, v1, floor, i, shift, rng);
    }
    if (b.style == Style::kTimber)
      timber_frame(m,
                   parts,
                   f,
                   width,
                   v0,
                   v1,
                   c.bay,
                   c.margin,
                   c.count,
                   b.seed + static_cast<uint32_t>(floor));
    if (d.string_course || floor == 1)
      box(m, f, 0, v0 - 0.12f, 0, width, v0 + 0.06f, 0.09f, parts.trim);
    if (d.balcony == BalconyKind::kContinuous &&
        (floor == 2 || floor == b.floors - 1 || b.style == Style::kApartment)) {
      add_balcony(m,
                  parts,
                  f,
                  0.2f,
                  width - 0.2f,
                  v0 + (d.window == WindowKind::kFrench ? d.sill : 0.06f),
                  0.85f,
                  b.style == Style::kApartment && b.seed % 2 == 0);
    }
  }
  if (d.quoins) {
    for (int i = 0; 0.45f * (i + 1) < top; ++i) {
      const float w = i % 2 == 0 ? 0.55f : 0.36f;
      box(m, f, 0, 0.45f * i + 0.02f, 0, w, 0.45f * i + 0.43f, 0.05f, parts.trim);
      box(m, f, width - w, 0.45f * i + 0.02f, 0, width, 0.45f * i + 0.43f, 0.05f, parts.trim);
    }
  }
  if (d.pilasters) {
    for (int i = 0; i <= c.count; ++i) {
      const float u = std::clamp(c.margin + c.bay * i, 0.2f, width - 0.2f);
      box(m,
          f,
          u - 0.17f,
          b.ground_h,
          0,
          u + 0.17f,
          top,
          0.1f,
          b.style == Style::kWarehouse ? parts.wall : parts.trim);
    }
  }
  if (d.cornice > 0) {
    box(m,
        f,
        -0.02f,
        top - d.cornice * 0.9f,
        0,
        width + 0.02f,
        top - d.cornice * 0.3f,
        d.cornice * 0.5f,
        parts.trim);
    box(m, f, -0.05f, top - d.cornice * 0.3f, 0, width + 0.05f, top + 0.05f, d.cornice, parts.trim);
    if (b.style == Style::kClassical || b.style == Style::kStone) {
      for (float u = 0.15f; u < width; u += 0.5f)
        box(m,
            f,
            u,
            top - d.cornice * 1.2f,
            0,
            u + 0.2f,
            top - d.cornice * 0.9f,
            d.cornice * 0.4f,
            parts.trim);
    }
  }
  add_clutter(m, b, parts, f, width, rng);
}

}  // namespace loci::town
