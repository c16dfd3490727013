// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef LOCI_HAVE_EMBREE
#include "shade.h"

namespace loci::town {
namespace {

struct Room {
  Vec3 colour;  ///< of what is seen
  float depth;  ///< 0 at the pane, 1 far inside
};

/// Follows the ray into a box behind the pane.
Room look_into(const Hit& hit, float width, float height, uint32_t seed, bool shop) {
  const Vec3 right = normalise(Vec3{-hit.normal.y, hit.normal.x, 0});
  const float in = std::max(0.05f, -dot(hit.way, hit.normal));
  const float du = dot(hit.way, right) / in, dv = hit.way.z / in;
  const float deep = shop ? 3.2f : 3.6f;
  const float side = shop ? 1.2f : 0.9f;
  const float x = hit.local.x * width, z = hit.local.y * height;
  // Distances along the way inwards to the walls, floor and ceiling.
  const float to_side =
      du > 0 ? (width + side - x) / std::max(du, 1e-4f) : (x + side) / std::max(-du, 1e-4f);
  const float to_level =
      dv > 0 ? (height + 0.5f - z) / std::max(dv, 1e-4f) : (z + 0.8f) / std::max(-dv, 1e-4f);
  const float t = std::min({deep, to_side, to_level});
  const Vec3 paint =
      mix(Vec3{0.55f, 0.5f, 0.42f}, cloth_colour(seed + 5) + Vec3{0.2f, 0.2f, 0.2f}, 0.45f);
  Vec3 c = paint;
  const float px = x + du * t, pz = z + dv * t;
  if (t == to_level) {
    c = dv > 0 ? Vec3{0.62f, 0.61f, 0.58f} : Vec3{0.2f, 0.14f, 0.09f};
  } else if (shop || hash01(seed, 4) < 0.6f) {
    // Shelves or a picture on the wall: coloured cells.
    const float u = t == to_side ? t : px;
    const auto cu = static_cast<uint32_t>(static_cast<int>(std::floor(u * (shop ? 6.5f : 1.4f))));
    const auto cv = static_cast<uint32_t>(static_cast<int>(std::floor(pz * (shop ? 2.6f : 1.1f))));
    if (hash01(cu, cv, seed) < (shop ? 0.7f : 0.35f)) {
      // Goods of one kind resemble each other: a shop has its range of colours.
      const Vec3 range = cloth_colour(hash3(seed, cv % 3, 2));
      c = mix(range, cloth_colour(hash3(cu, cv, seed + 1)), 0.35f) *
              (0.7f + 0.5f * hash01(cu, cv, seed + 2)) +
          Vec3{0.03f, 0.03f, 0.03f};
    }
    if (shop && std::fabs(pz * 2.6f - std::round(pz * 2.6f)) < 0.07f) c = {0.12f, 0.09f, 0.07f};
  }
  return {c, t / deep};
}

float lit_chance(const Visit& v, bool shop) {
  if (shop) return v.hour < 20 ? 0.95f : 0.5f;
  if (v.hour < 6) return 0.06f;
  if (v.hour < 9) return 0.35f;
  return v.hour < 22 ? 0.55f : 0.3f;
}

}  // namespace

void shade_pane(const Frame& frame, const Hit& hit, Surface& s) {
  const Part& part = *hit.part;
  const bool shop = part.material == Material::kShopPane;
  const Look& look = frame.looks[part.owner];
  const uint32_t seed =
      part.seed + (shop ? look.shop * 977u : static_cast<uint32_t>(frame.visit.year / 6) * 131u);
  const float width = part.colour.x, height = part.colour.y;
  const bool dark_out = frame.sky.night > 0.25f || luminance(frame.sky.zenith) < 0.08f;
  const bool lit =
      dark_out && hash01(part.seed, frame.visit.seed, 2) < lit_chance(frame.visit, shop);
  const Vec3 lamp =
      mix(Vec3{1.0f, 0.62f, 0.28f}, Vec3{0.95f, 0.9f, 0.8f}, shop ? 0.7f : hash01(part.seed, 12));
  const float power = (shop ? 0.5f : 0.34f) * (0.5f + hash01(part.seed, frame.visit.seed, 3)) *
                      std::max(frame.sky.night, 0.25f);
  const Room room = look_into(hit, width, height, seed, shop);
  const float daylight = (shop ? 0.22f : 0.13f) * (1 - 0.75f * room.depth);
  Vec3 albedo = room.colour * daylight;
  Vec3 glow = lit ? room.colour * lamp * (power * (1.1f - 0.4f * room.depth)) : Vec3{};

  const float u = hit.local.x, v = hit.local.y;
  const float kind = hash01(seed, 20);
  const float fold = 0.75f + 0.25f * std::sin(u * width * 34 + 2 * std::sin(v * 5));
  const auto hang = [&](Vec3 cloth, float thick) {
    albedo = mix(albedo, cloth * 0.55f, thick);
    if (lit) glow = mix(glow, cloth * lamp * (power * 0.55f), thick);
  };
  if (look.shop_empty && shop) {
    hang(Vec3{0.55f, 0.5f, 0.42f} *
             (0.8f +
              0.3f * hash01(static_cast<uint32_t>(u * 5), static_cast<uint32_t>(v * 4), seed)),
         0.95f);
  } else if (shop) {
    // Goods in the lower part of the window and a strip of stickers.
    const auto cell = static_cast<uint32_t>(u * width * 3.3f);
    const float tall = 0.12f + 0.3f * hash01(cell, seed, 6);
    if (v < tall && hash01(cell, seed, 7) < 0.8f) {
      const Vec3 goods = cloth_colour(hash3(cell, seed, 8)) * 1.1f;
      albedo = goods * 0.4f;
      if (lit) glow = goods * lamp * power;
    }
    if (hash01(seed, 9) < 0.3f && v > 0.55f && v < 0.8f && u > 0.2f && u < 0.5f) {
      const Texel t = frame.decals->picture(DecalKind::kPoster, seed)
                          .sample((u - 0.2f) / 0.3f, (v - 0.55f) / 0.25f, hit.footprint / 0.6f);
      albedo = t.rgb * 0.8f;
    }
  } else if (kind < 0.28f) {
    const float drawn = 0.12f + 0.16f * hash01(seed, 21);
    if (u < drawn || u > 1 - drawn)
      hang((cloth_colour(seed + 9) + Vec3{0.25f, 0.25f, 0.24f}) * fold, 0.92f);
  } else if (kind < 0.48f) {
    hang(Vec3{0.72f, 0.71f, 0.68f} * fold, 0.62f);
  } else if (kind < 0.62f) {
    const float down = hash01(seed, 22);
    if (v > 1 - down)
      hang(Vec3{0.62f, 0.60f, 0.55f} * (std::fmod(v * height, 0.06f) < 0.045f ? 1.0f : 0.5f), 0.9f);
  } else if (kind < 0.74f) {
    if (v > 0.35f + 0.5f * hash01(seed, 23))
      hang((cloth_colour(seed + 3) + Vec3{0.3f, 0.28f, 0.24f}), 0.95f);
  }
  if (!shop && kind > 0.5f && v < 0.22f &&
      hash01(static_cast<uint32_t>(u * width * 6), seed, 30) < 0.28f) {
    albedo = {0.03f, 0.05f, 0.02f};
    glow = glow * 0.15f;
  }
  s.albedo = albedo;
  s.emission = glow;
  const float facing = std::fabs(dot(hit.way, hit.normal));
  s.mirror = 0.09f + 0.85f * std::pow(1 - facing, 4.0f);
  // Old panes are not quite flat, so mirrored houses waver.
  const float wave = 0.012f * (hash01(part.seed, 40) - 0.5f);
  const Vec3 right = normalise(Vec3{-hit.normal.y, hit.normal.x, 0});
  s.normal = normalise(
      hit.normal + right * (wave + 0.006f * std::sin(v * 6 + static_cast<float>(part.seed % 7))) +
      Vec3{0, 0, 0.02f * (hash01(part.seed, 41) - 0.5f)});
}

}  // namespace loci::town
#endif  // LOCI_HAVE_EMBREE
