// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "building.h"

namespace loci::town {
namespace {

void frame_around(Mesh& m,
                  const Face& f,
                  float u0,
                  float v0,
                  float u1,
                  float v1,
                  float w,
                  float d,
                  uint32_t part) {
  rect(m, f, u0, v0, u0 + w, v1, d, part);
  rect(m, f, u1 - w, v0, u1, v1, d, part);
  rect(m, f, u0 + w, v0, u1 - w, v0 + w, d, part);
  rect(m, f, u0 + w, v1 - w, u1 - w, v1, d, part);
}

}  // namespace

void add_window(Mesh& m,
                const Building& b,
                const Design& design,
                const HouseParts& parts,
                const Face& f,
                float u0,
                float v0,
                float u1,
                float v1,
                float depth,
                Material glass,
                Rng& rng) {
  const uint32_t pane = m.add_part({.material = glass,
                                    .slot = Slot::kFrame,
                                    .owner = b.id,
                                    .seed = static_cast<uint32_t>(rng.next()),
                                    .colour = {u1 - u0, v1 - v0, 0}});
  rect(m, f, u0, v0, u1, v1, depth - 0.04f, pane);
  const float w =
      design.window == WindowKind::kRibbon || design.window == WindowKind::kPane ? 0.045f : 0.07f;
  frame_around(m, f, u0, v0, u1, v1, w, depth, parts.frame);
  const float mu = (u0 + u1) * 0.5f;
  const float bar = 0.03f;
  const auto vertical = [&](float u, float half) {
    rect(m, f, u - half, v0 + w, u + half, v1 - w, depth + 0.004f, parts.frame);
  };
  const auto horizontal = [&](float v, float half) {
    rect(m, f, u0 + w, v - half, u1 - w, v + half, depth + 0.002f, parts.frame);
  };
  switch (design.window) {
    case WindowKind::kSash: {
      horizontal(mix(v0, v1, 0.5f), 0.035f);
      const uint32_t style = hash3(b.seed, 801) % 3;
      if (style >= 1) vertical(mu, bar * 0.5f);
      if (style == 2) {
        horizontal(mix(v0, v1, 0.25f), bar * 0.4f);
        horizontal(mix(v0, v1, 0.75f), bar * 0.4f);
      }
      break;
    }
    case WindowKind::kCasement:
      vertical(mu, 0.04f);
      horizontal(mix(v0, v1, hash3(b.seed, 802) % 2 != 0 ? 0.68f : 0.5f), bar);
      break;
    case WindowKind::kFrench:
      vertical(mu, 0.045f);
      for (int i = 1; i < 4; ++i) horizontal(mix(v0, v1, 0.25f * i), bar * 0.5f);
      break;
    case WindowKind::kGrid: {
      const int columns = 3 + static_cast<int>(hash3(b.seed, 803) % 3),
                rows = 4 + static_cast<int>(hash3(b.seed, 804) % 2);
      for (int i = 1; i < columns; ++i)
        vertical(mix(u0, u1, static_cast<float>(i) / columns), 0.018f);
      for (int i = 1; i < rows; ++i) horizontal(mix(v0, v1, static_cast<float>(i) / rows), 0.018f);
      break;
    }
    default:
      if (u1 - u0 > 1.3f) vertical(mix(u0, u1, hash3(b.seed, 805) % 2 != 0 ? 0.5f : 0.33f), 0.025f);
      if (hash3(b.seed, 806) % 2 != 0) horizontal(mix(v0, v1, 0.72f), 0.022f);
      break;
  }
}

void add_door(Mesh& m,
              const Building& b,
              const HouseParts& parts,
              const Face& f,
              float u0,
              float v0,
              float u1,
              float v1,
              float depth,
              Rng& rng) {
  const bool fanlight = v1 - v0 > 2.5f;
  const float top = fanlight ? v0 + 2.15f : v1;
  rect(m, f, u0, v0, u1, top, depth, parts.door);
  const int leaves = u1 - u0 > 1.4f ? 2 : 1;
  for (int i = 0; i < leaves; ++i) {
    const float a = mix(u0, u1, static_cast<float>(i) / leaves) + 0.12f;
    const float c = mix(u0, u1, static_cast<float>(i + 1) / leaves) - 0.12f;
    const bool pane = hash3(b.seed, 810) % 3 == 0;
    const uint32_t glass = m.add_part({.material = Material::kWindow,
                                       .owner = b.id,
                                       .seed = static_cast<uint32_t>(rng.next()),
                                       .colour = {c - a, 1, 0}});
    rect(m, f, a, v0 + 1.15f, c, top - 0.15f, depth + 0.015f, pane ? glass : parts.frame);
    if (!pane)
      rect(m, f, a + 0.04f, v0 + 1.19f, c - 0.04f, top - 0.19f, depth + 0.018f, parts.door);
    rect(m, f, a, v0 + 0.2f, c, v0 + 1.0f, depth + 0.015f, parts.frame);
    rect(m, f, a + 0.03f, v0 + 0.23f, c - 0.03f, v0 + 0.97f, depth + 0.02f, parts.door);
  }
  box(m, f, u1 - 0.16f, v0 + 1.02f, depth, u1 - 0.10f, v0 + 1.1f, depth + 0.06f, parts.iron);
  if (fanlight) {
    const uint32_t glass = m.add_part({.material = Material::kWindow,
                                       .owner = b.id,
                                       .seed = static_cast<uint32_t>(rng.next()),
                                       .colour = {u1 - u0, v1 - top, 0}});
    rect(m, f, u0, top, u1, v1, depth, glass);
    frame_around(m, f, u0, top, u1, v1, 0.06f, depth + 0.02f, parts.frame);
  }
  const uint32_t number = m.add_part({.material = Material::kPicture,
                                      .decal_kind = static_cast<uint8_t>(DecalKind::kNumber),
                                      .seed = b.seed});
  rect(m, f, u1 + 0.12f, v0 + 1.6f, u1 + 0.42f, v0 + 1.82f, 0.015f, number);
}

void add_railing(
    Mesh& m, uint32_t part, const Face& f, float u0, float u1, float v, float height, float d) {
  box(m, f, u0, v + height - 0.05f, d - 0.04f, u1, v + height, d, part);
  rect(m, f, u0, v + 0.05f, u1, v + 0.08f, d, part);
  const int bars = std::max(2, static_cast<int>((u1 - u0) / 0.14f));
  for (int i = 0; i <= bars; ++i) {
    const float u = mix(u0, u1 - 0.02f, static_cast<float>(i) / bars);
    rect(m, f, u, v + 0.05f, u + 0.02f, v + height, d, part);
  }
}

void add_balcony(Mesh& m,
                 const HouseParts& parts,
                 const Face& f,
                 float u0,
                 float u1,
                 float v,
                 float out,
                 bool solid) {
  box(m, f, u0, v - 0.16f, 0, u1, v, out, parts.concrete);
  if (solid) {
    box(m, f, u0, v, out - 0.08f, u1, v + 1.0f, out, parts.shutter);
    box(m, f, u0, v, 0, u0 + 0.08f, v + 1.0f, out, parts.shutter);
    box(m, f, u1 - 0.08f, v, 0, u1, v + 1.0f, out, parts.shutter);
    return;
  }
  add_railing(m, parts.iron, f, u0, u1, v, 1.0f, out - 0.03f);
  for (float u : {u0, u1 - 0.03f}) {
    box(m, f, u, v + 0.95f, 0, u + 0.03f, v + 1.0f, out, parts.iron);
    for (int i = 0; i < 5; ++i) {
      const float d = out * (0.1f + 0.18f * i);
      box(m, f, u, v, d, u + 0.02f, v + 0.95f, d + 0.02f, parts.iron);
    }
  }
}

}  // namespace loci::town
