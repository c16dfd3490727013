// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "building.h"

namespace loci::town {
namespace {

float real(Rng& rng, double low, double high) { return static_cast<float>(rng.uniform(low, high)); }

void add_awning(
    Mesh& m, const HouseParts& parts, const Face& f, float u0, float u1, float v, float out) {
  const float drop = out * 0.45f;
  m.quad(f.at(u0, v - drop, out),
         f.at(u1, v - drop, out),
         f.at(u1, v, 0.03f),
         f.at(u0, v, 0.03f),
         parts.awning);
  rect(m, f, u0, v - drop - 0.22f, u1, v - drop, out, parts.awning);
  m.triangle(f.at(u0, v - drop, 0.03f), f.at(u0, v - drop, out), f.at(u0, v, 0.03f), parts.awning);
  m.triangle(f.at(u1, v - drop, out), f.at(u1, v - drop, 0.03f), f.at(u1, v, 0.03f), parts.awning);
}

void add_signs(Mesh& m,
               const Building& b,
               const HouseParts& parts,
               const Face& f,
               float u0,
               float u1,
               float v0,
               float v1,
               Rng& rng) {
  box(m, f, u0, v0, 0, u1, v1, 0.14f, parts.sign);
  const float h = v1 - v0;
  const float w = std::min(u1 - u0, h * 8.5f);
  // The name changes with the tenant; the renderer fits it into a field of these proportions and
  // this width.
  const auto field = [&](float width, float height) {
    return m.add_part({.material = Material::kSign,
                       .slot = Slot::kSignGround,
                       .decal_kind = static_cast<uint8_t>(DecalKind::kShopSign),
                       .owner = b.id,
                       .seed = b.seed,
                       .colour = {width / height, width, 0}});
  };
  const uint32_t text = field(w, h);
  const float mu = (u0 + u1) * 0.5f;
  rect(m, f, mu - w * 0.5f, v0, mu + w * 0.5f, v1, 0.145f, text);
  if (rng.chance(0.55)) {
    // A board that hangs out over the pavement, seen from both ways.
    const float u = rng.chance(0.5) ? u0 + 0.25f : u1 - 0.25f, base = v1 + 0.1f;
    const float size = real(rng, 0.6, 0.95);
    const uint32_t board = field(size, size * 0.7f);
    m.quad(f.at(u, base, 0.2f),
           f.at(u, base, 0.2f + size),
           f.at(u, base + size * 0.7f, 0.2f + size),
           f.at(u, base + size * 0.7f, 0.2f),
           board);
    m.quad(f.at(u + 0.06f, base, 0.2f + size),
           f.at(u + 0.06f, base, 0.2f),
           f.at(u + 0.06f, base + size * 0.7f, 0.2f),
           f.at(u + 0.06f, base + size * 0.7f, 0.2f + size),
           board);
    box(m,
        f,
        u + 0.01f,
        base + size * 0.7f,
        0,
        u + 0.05f,
        base + size * 0.7f + 0.05f,
        0.25f + size,
        parts.iron);
  }
}

/// Display windows with a door, a sign above and perhaps an awning.
void shop_front(Mesh& m,
                const Building& b,
                const Design& d,
                const HouseParts& parts,
                const Face& f,
                float u0,
                float u1,
                float top,
                Rng& rng) {
  const float band = real(rng, 0.55, 0.8);
  const float head = top - band - real(rng, 0.1, 0.35);
  const float knee = real(rng, 0.3, 0.65);
  const uint32_t field = b.seed % 3 == 0 ? parts.sign : (b.seed % 3 == 1 ? parts.base : parts.door);
  const float door_w = 1.0f;
  const float door = rng.chance(0.5) ? mix(u0, u1, 0.5f) - door_w * 0.5f
                                     : (rng.chance(0.5) ? u0 + 0.25f : u1 - door_w - 0.25f);
  const float depth = real(rng, 0.12, 0.3);
  rect(m, f, u0, head, u1, top, 0, field);
  Design pane = d;
  pane.window = WindowKind::kPane;
  const auto display = [&](float a, float c) {
    if (c - a < 0.5f) return rect(m, f, a, 0, c, head, 0, field);
    const int n = std::max(1, static_cast<int>((c - a) / real(rng, 1.6, 2.8)));
    for (int i = 0; i < n; ++i) {
      const float x0 = mix(a, c, static_cast<float>(i) / n),
                  x1 = mix(a, c, static_cast<float>(i + 1) / n);
      wall_with_hole(
          m, f, x0, 0, x1, head, x0 + 0.08f, knee, x1 - 0.08f, head - 0.06f, depth, field);
      add_window(m,
                 b,
                 pane,
                 parts,
                 f,
                 x0 + 0.08f,
                 knee,
                 x1 - 0.08f,
                 head - 0.06f,
                 -depth + 0.04f,
                 Material::kShopPane,
                 rng);
    }
  };
  display(u0, door);
  display(door + door_w, u1);
  wall_with_hole(m,
                 f,
                 door,
                 0,
                 door + door_w,
                 head,
                 door + 0.04f,
                 0.02f,
                 door + door_w - 0.04f,
                 head - 0.06f,
                 depth + 0.3f,
                 field);
  const uint32_t glass = m.add_part({.material = Material::kShopPane,
                                     .slot = Slot::kFrame,
                                     .owner = b.id,
                                     .seed = static_cast<uint32_t>(rng.next()),
                                     .colour = {door_w, head, 0}});
  rect(m, f, door + 0.04f, 0.02f, door + door_w - 0.04f, head - 0.06f, -depth - 0.25f, parts.door);
  rect(m, f, door + 0.18f, 0.3f, door + door_w - 0.18f, head - 0.25f, -depth - 0.23f, glass);
  add_signs(m, b, parts, f, u0 + 0.05f, u1 - 0.05f, top - band - 0.05f, top - 0.1f, rng);
  if (rng.chance(0.45))
    add_awning(m, parts, f, u0 + 0.1f, u1 - 0.1f, head + 0.1f, real(rng, 0.9, 1.5));
}

void garage(
    Mesh& m, const HouseParts& parts, const Face& f, float u0, float u1, float top, uint32_t wall) {
  const float h = std::min(2.5f, top - 0.5f);
  wall_with_hole(m, f, u0, 0, u1, top, u0 + 0.3f, 0, u1 - 0.3f, h, 0.25f, wall);
  rect(m, f, u0 + 0.3f, 0, u1 - 0.3f, h, -0.25f, parts.shutter);
  for (int i = 1; i < 6; ++i)
    rect(m, f, u0 + 0.3f, h * i / 6 - 0.02f, u1 - 0.3f, h * i / 6 + 0.02f, -0.24f, parts.dark);
}

void entrance(Mesh& m,
              const Building& b,
              const HouseParts& parts,
              const Face& f,
              float u0,
              float u1,
              float top,
              uint32_t wall,
              Rng& rng) {
  const float mu = (u0 + u1) * 0.5f;
  const float half = std::min((u1 - u0) * 0.5f - 0.15f, rng.chance(0.4) ? 0.85f : 0.52f);
  const float step = rng.chance(0.5) ? 0.32f : 0.03f;
  const float h = std::min(step + real(rng, 2.2, 2.9), top - 0.35f);
  wall_with_hole(m, f, u0, 0, u1, top, mu - half, step, mu + half, h, 0.3f, wall);
  add_door(m, b, parts, f, mu - half, step, mu + half, h, -0.28f, rng);
  if (step > 0.1f) {
    box(m, f, mu - half - 0.2f, 0, 0, mu + half + 0.2f, 0.16f, 0.7f, parts.concrete);
    box(m, f, mu - half - 0.2f, 0.16f, 0, mu + half + 0.2f, step, 0.38f, parts.concrete);
  }
  switch (b.seed % 4) {
    case 0:
      box(m, f, mu - half - 0.3f, h + 0.12f, 0, mu + half + 0.3f, h + 0.24f, 0.7f, parts.trim);
      break;
    case 1:
      box(m, f, mu - half - 0.22f, 0, 0, mu - half, h + 0.2f, 0.1f, parts.trim);
      box(m, f, mu + half, 0, 0, mu + half + 0.22f, h + 0.2f, 0.1f, parts.trim);
      box(m, f, mu - half - 0.3f, h + 0.15f, 0, mu + half + 0.3f, h + 0.38f, 0.2f, parts.trim);
      break;
    case 2:
      box(m, f, mu - half - 0.14f, step, 0, mu - half, h + 0.14f, 0.04f, parts.trim);
      box(m, f, mu + half, step, 0, mu + half + 0.14f, h + 0.14f, 0.04f, parts.trim);
      break;
    default:
      break;
  }
}

}  // namespace

void add_ground_floor(Mesh& m,
                      const Building& b,
                      const Design& d,
                      const HouseParts& parts,
                      const Face& f,
                      float width,
                      bool main_side,
                      Rng& rng) {
  const float top = b.ground_h;
  const uint32_t wall = d.base_whole_floor ? parts.base : parts.wall;
  const bool shop = b.shop && width > 4;
  // The entrance takes one piece, the shop or windows the rest.
  const float door_w = main_side || !shop ? std::min(2.0f, width * 0.4f) : 0.0f;
  const bool door_left = hash3(b.seed, 820) % 2 == 0;
  const float door_at = shop ? (door_left ? 0.25f : width - door_w - 0.25f)
                             : real(rng, 0.3, std::max(0.31f, width - door_w - 0.3f));
  const float e0 = door_at, e1 = door_at + door_w;
  if (door_w > 0) {
    rect(m, f, door_left && shop ? 0 : e0, 0, e0, top, 0, wall);
    entrance(m, b, parts, f, e0, e1, top, wall, rng);
  }
  if (shop) {
    const float s0 = door_left && door_w > 0 ? e1 : 0.25f,
                s1 = !door_left && door_w > 0 ? e0 : width - 0.25f;
    rect(m, f, 0, 0, 0.25f, top, 0, wall);
    rect(m, f, width - 0.25f, 0, width, top, 0, wall);
    const int units = s1 - s0 > 12 ? 2 : 1;
    for (int i = 0; i < units; ++i)
      shop_front(m,
                 b,
                 d,
                 parts,
                 f,
                 mix(s0, s1, static_cast<float>(i) / units),
                 mix(s0, s1, static_cast<float>(i + 1) / units),
                 top,
                 rng);
    return;
  }
  const auto windows = [&](float a, float c) {
    if (c - a < 1.5f) return rect(m, f, a, 0, c, top, 0, wall);
    if (c - a > 3.2f && c - a < 6 && rng.chance(0.2)) return garage(m, parts, f, a, c, top, wall);
    const int n = std::max(1, static_cast<int>((c - a) / d.bay));
    for (int i = 0; i < n; ++i) {
      const float x0 = mix(a, c, static_cast<float>(i) / n),
                  x1 = mix(a, c, static_cast<float>(i + 1) / n);
      const float mu = (x0 + x1) * 0.5f, half = std::min(d.window_w, x1 - x0 - 0.2f) * 0.5f;
      const float b0 = 1.0f, b1 = std::min(b0 + std::min(d.window_h, 1.9f), top - 0.35f);
      wall_with_hole(m, f, x0, 0, x1, top, mu - half, b0, mu + half, b1, d.reveal, wall);
      add_window(m,
                 b,
                 d,
                 parts,
                 f,
                 mu - half,
                 b0,
                 mu + half,
                 b1,
                 -d.reveal + 0.04f,
                 Material::kWindow,
                 rng);
      box(m, f, mu - half - 0.1f, b0 - 0.1f, 0, mu + half + 0.1f, b0, 0.1f, parts.trim);
      if (d.surround > 0)
        box(m, f, mu - half - 0.1f, b1, 0, mu + half + 0.1f, b1 + 0.18f, 0.06f, parts.trim);
    }
  };
  windows(0, e0);
  windows(e1, width);
  box(m, f, 0, 0, 0, e0, d.base_h, 0.04f, parts.base);
  box(m, f, e1, 0, 0, width, d.base_h, 0.04f, parts.base);
}

}  // namespace loci::town
