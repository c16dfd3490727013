// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef LOCI_HAVE_EMBREE
#include "shade.h"

namespace loci::town {
namespace {

Vec3 part_colour(const Frame& frame, const Hit& hit, Slot slot) {
  const Part& part = *hit.part;
  switch (slot) {
    case Slot::kFixed:
      return part.colour;
    case Slot::kPaint:
      if (part.owner == kNoOwner) return hit.placed->colour[0];
      break;
    case Slot::kCloth1:
      return hit.placed->colour[1];
    case Slot::kCloth2:
      return hit.placed->colour[2];
    case Slot::kSkin:
      return hit.placed->colour[3];
    default:
      break;
  }
  if (part.owner >= frame.looks.size()) return part.colour;
  return frame.looks[part.owner].colour[static_cast<size_t>(slot)];
}

/// Colour and joints of a grain, over the given base colour.
Vec3 grained(const Part& part, const Hit& hit, Vec3 colour) {
  if (part.grain == Grain::kNone) return colour;
  const Texel t = grain_texture(part.grain).sample(hit.uv.x, hit.uv.y, hit.footprint);
  const Vec3 joint =
      part.grain == Grain::kPlasterOld || part.grain == Grain::kPlasterFine
          ? Vec3{0.30f, 0.22f, 0.17f}
          : (part.owner % 3 == 0 ? Vec3{0.42f, 0.39f, 0.34f} : Vec3{0.24f, 0.22f, 0.20f});
  return mix(colour, joint, t.mask) * (t.rgb * 2.0f);
}

/// Age on a wall: patches, streaks of rain, splashes near the ground, soot below the eaves.
Vec3 aged(const Frame& frame, const Hit& hit, Vec3 colour) {
  const Part& part = *hit.part;
  if (part.owner >= frame.looks.size() || std::fabs(hit.normal.z) > 0.6f) return colour;
  const float dirt = frame.looks[part.owner].dirt;
  const Texture& stain = grain_texture(Grain::kStain);
  const float shift = static_cast<float>(part.owner % 61) * 3.7f;
  const Texel wide = stain.sample(hit.uv.x + shift, hit.uv.y + shift * 0.3f, hit.footprint);
  const Texel fine = stain.sample(hit.uv.x * 5.3f + shift, hit.uv.y * 5.3f, hit.footprint * 5.3f);
  const float patches =
      smoothstep(0.45f, 0.75f, wide.rgb.x) * 0.45f + smoothstep(0.52f, 0.7f, fine.rgb.y) * 0.25f;
  const float streaks = smoothstep(0.5f, 0.72f, wide.mask) * 0.55f;
  const float splash = smoothstep(0.9f, 0.1f, hit.position.z + wide.rgb.y - 0.5f) * 0.45f;
  const float amount = clamp01(dirt * (patches + streaks) + splash * (0.35f + 0.65f * dirt));
  const Vec3 grime = colour * Vec3{0.42f, 0.40f, 0.36f};
  const Vec3 bleached = colour * (1 + 0.16f * (fine.rgb.x - 0.5f) + 0.2f * (wide.rgb.x - 0.5f));
  return mix(bleached, grime, amount);
}

Vec3 leaf_colour(const Visit& v, uint32_t tree, uint32_t leaf) {
  const float day = static_cast<float>(v.day_of_year()) + 30 * (hash01(tree, 6) - 0.5f);
  const Vec3 spring{0.17f, 0.27f, 0.05f}, summer{0.075f, 0.14f, 0.03f};
  const Vec3 autumns[] = {
      {0.42f, 0.26f, 0.03f}, {0.40f, 0.13f, 0.02f}, {0.26f, 0.17f, 0.05f}, {0.34f, 0.06f, 0.02f}};
  Vec3 c = mix(spring, summer, smoothstep(115, 170, day));
  c = mix(c, autumns[hash3(tree, 8) % 4], smoothstep(262, 292, day));
  return c * (0.7f + 0.6f * hash01(leaf, tree, 9));
}

void shade_foliage(const Frame& frame, const Hit& hit, Surface& s) {
  const uint32_t tree = hit.placed->seed != 0 ? hit.placed->seed : hit.part->seed;
  const bool red =
      hit.part->colour.x > hit.part->colour.y;  // flowers keep their colour while they bloom
  const bool blooms = frame.visit.month >= 5 && frame.visit.month <= 9;
  Vec3 c = leaf_colour(frame.visit, tree, hit.part->seed);
  if (red && blooms)
    c = mix(
        c,
        cloth_colour(hit.part->seed) + Vec3{0.15f, 0.03f, 0.06f},
        hash01(static_cast<uint32_t>(hit.uv.x * 14), static_cast<uint32_t>(hit.uv.y * 14)) > 0.5f
            ? 1.0f
            : 0.1f);
  if (hit.part->grain != Grain::kNone) {
    if (frame.visit.month == 12 || frame.visit.month <= 2) c = Vec3{0.10f, 0.085f, 0.05f};
    c = grained(*hit.part, hit, c);
  }
  s.albedo = c;
  s.through = 0.45f;
  if (frame.visit.snow > 0.3f && hit.normal.z > 0.2f)
    s.albedo = mix(s.albedo, {0.8f, 0.82f, 0.86f}, 0.7f * frame.visit.snow);
}

void shade_decal(const Frame& frame, const Hit& hit, Surface& s) {
  const Part& part = *hit.part;
  const auto kind = static_cast<DecalKind>(part.decal_kind);
  if (part.material == Material::kSign) {
    const Look& look = frame.looks[part.owner];
    s.albedo = look.colour[static_cast<size_t>(Slot::kSignGround)];
    const Texture* sign = frame.decals->shop_sign(part.owner, look.shop);
    if (sign == nullptr || look.shop_empty) return;
    // Keep the proportions of the letters: the text is as high as the field and sits in its middle.
    const float field = part.colour.x;
    const float wide = std::min(1.0f, sign->aspect() / field);
    const float tall = std::min(1.0f, field / sign->aspect());
    const float u = (hit.local.x - 0.5f) / wide + 0.5f, v = (hit.local.y - 0.5f) / tall + 0.5f;
    if (u < 0 || u > 1 || v < 0 || v > 1) return;
    const Texel t = sign->sample(u, v, hit.footprint / (part.colour.y * wide));
    const Vec3 ink = look.colour[static_cast<size_t>(Slot::kSignInk)];
    s.albedo = mix(s.albedo, ink, t.mask);
    const bool lit = frame.sky.night > 0.4f && hash01(part.owner, look.shop, 31) < 0.6f;
    if (lit) s.emission = mix(s.albedo * 0.25f, ink * 1.1f, t.mask) * (0.6f * frame.sky.night);
    return;
  }
  uint32_t seed = part.seed;
  if (kind == DecalKind::kPoster) seed += static_cast<uint32_t>(frame.visit.decimal_year() * 3);
  if (kind == DecalKind::kGraffiti)
    seed += static_cast<uint32_t>(frame.visit.year + part.seed % 5) / 5;
  const Texel t =
      frame.decals->picture(kind, seed)
          .sample(
              hit.local.x, hit.local.y, hit.footprint / (kind == DecalKind::kMural ? 7.0f : 0.8f));
  if (part.material == Material::kGraffiti) {
    s.albedo = mix(aged(frame, hit, grained(part, hit, part_colour(frame, hit, part.slot))),
                   t.rgb,
                   t.mask * (seed % 3 == 0 ? 0.0f : 0.85f));
    return;
  }
  s.albedo = t.mask < 0.4f ? Vec3{0.35f, 0.35f, 0.36f} : t.rgb;
  if (kind == DecalKind::kPoster && part.owner != kNoOwner && part.seed % 2 == 0)
    s.emission = s.albedo * (0.5f * frame.sky.night);
}

}  // namespace

Surface surface_at(const Frame& frame, const Hit& hit) {
  const Part& part = *hit.part;
  Surface s;
  s.normal = hit.normal;
  switch (part.material) {
    case Material::kWindow:
    case Material::kShopPane:
      shade_pane(frame, hit, s);
      return s;
    case Material::kFoliage:
      shade_foliage(frame, hit, s);
      return s;
    case Material::kSign:
    case Material::kPicture:
    case Material::kGraffiti:
      shade_decal(frame, hit, s);
      return s;
    case Material::kCarGlass:
      s.albedo = part.colour;
      s.mirror = 0.08f + 0.7f * std::pow(1 - std::fabs(dot(hit.way, hit.normal)), 4.0f);
      break;
    case Material::kLamp:
      s.albedo = part.colour;
      s.emission = part.colour * Vec3{1.0f, 0.8f, 0.5f} * (5.0f * frame.sky.night);
      break;
    case Material::kHeadlight:
      s.albedo = part.colour;
      s.mirror = 0.1f;
      if (hit.placed->lights) s.emission = part.colour * (part.seed == 1 ? 2.5f : 7.0f);
      break;
    default: {
      s.albedo = aged(frame, hit, grained(part, hit, part_colour(frame, hit, part.slot)));
      if (part.slot == Slot::kAwning) {
        s.through = 0.3f;
        const Look& look = frame.looks[part.owner];
        if (look.shop % 2 == 0) {
          // Stripes with edges as soft as a pixel is wide.
          const float u = std::fabs(std::fmod(std::fabs(hit.uv.x), 0.5f) - 0.25f);
          const float soft = 0.5f * hit.footprint + 1e-4f;
          s.albedo =
              mix({0.7f, 0.68f, 0.63f}, s.albedo, smoothstep(0.125f - soft, 0.125f + soft, u));
        }
      }
      if (part.material == Material::kGloss)
        s.mirror = 0.03f + 0.5f * std::pow(1 - std::fabs(dot(hit.way, hit.normal)), 5.0f);
      break;
    }
  }
  weather_surface(frame, hit, s);
  return s;
}

}  // namespace loci::town
#endif  // LOCI_HAVE_EMBREE
