// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#ifdef LOCI_HAVE_EMBREE
#include "shade.h"

namespace loci::town {
namespace {

void fallen_leaves(const Frame& frame, const Hit& hit, Surface& s) {
  const float day = static_cast<float>(frame.visit.day_of_year());
  const float amount = smoothstep(270, 305, day) * smoothstep(350, 325, day);
  if (amount <= 0 || hit.footprint > 0.15f) return;
  const float x = hit.position.x / 0.11f, y = hit.position.y / 0.11f;
  const auto ix = static_cast<uint32_t>(static_cast<int>(std::floor(x))),
             iy = static_cast<uint32_t>(static_cast<int>(std::floor(y)));
  const float drift =
      grain_texture(Grain::kStain).sample(hit.position.x, hit.position.y, 0.1f).rgb.x;
  if (hash01(ix, iy, frame.visit.seed) > amount * smoothstep(0.42f, 0.75f, drift) * 0.5f) return;
  const float dx = x - std::floor(x) - 0.5f, dy = y - std::floor(y) - 0.5f;
  if (dx * dx + dy * dy > 0.16f) return;
  s.albedo = mix(Vec3{0.4f, 0.2f, 0.03f}, Vec3{0.2f, 0.09f, 0.03f}, hash01(ix, iy, 5));
}

}  // namespace

void weather_surface(const Frame& frame, const Hit& hit, Surface& s) {
  const Visit& v = frame.visit;
  const Material material = hit.part->material;
  const bool road = material == Material::kRoad || material == Material::kMarking;
  const bool ground = road || material == Material::kGround;
  const float up = hit.normal.z;
  float patches = 0.5f;
  if (ground) {
    const Texture& stain = grain_texture(Grain::kStain);
    const Texel wide = stain.sample(hit.position.x * 0.8f, hit.position.y * 0.8f, hit.footprint);
    const Texel fine =
        stain.sample(hit.position.x * 4.1f, hit.position.y * 4.1f, hit.footprint * 4.1f);
    patches = wide.rgb.x;
    s.albedo = s.albedo * (0.80f + 0.26f * wide.rgb.x + 0.3f * (fine.rgb.y - 0.5f));
    if (road) s.albedo = s.albedo * (1 - 0.3f * smoothstep(0.6f, 0.75f, fine.rgb.x));
    if (material == Material::kMarking) {
      const float worn = smoothstep(0.44f, 0.62f, fine.rgb.x * 0.6f + wide.rgb.y * 0.4f);
      s.albedo = mix(s.albedo, {0.10f, 0.10f, 0.10f}, 0.75f * worn);
    }
    fallen_leaves(frame, hit, s);
  }
  if (v.wet > 0 && up > 0.3f) {
    const float puddle = ground ? smoothstep(0.60f, 0.68f, patches + 0.12f * (v.wet - 0.5f)) : 0.0f;
    s.albedo = s.albedo * (1 - 0.5f * v.wet);
    const float glance = std::pow(1 - std::fabs(dot(hit.way, hit.normal)), 4.0f);
    s.mirror = std::max(s.mirror, v.wet * (0.03f + 0.55f * glance) * mix(0.55f, 1.4f, puddle));
    s.rough = ground ? mix(0.05f, 0.004f, puddle) : 0.0f;
  } else if (v.wet > 0) {
    s.albedo = s.albedo * (1 - 0.22f * v.wet);
  }
  if (v.snow > 0 && up > 0.35f) {
    float cover = v.snow * smoothstep(0.35f, 0.7f, up);
    if (road)
      cover *= smoothstep(0.62f - 0.4f * v.snow, 0.85f - 0.3f * v.snow, patches + 0.1f);
    else if (ground)
      cover *= smoothstep(0.3f, 0.55f, patches + 0.35f * v.snow);
    else
      cover = smoothstep(0.1f, 0.5f, cover);
    const Vec3 white = ground ? Vec3{0.62f, 0.64f, 0.68f} : Vec3{0.8f, 0.82f, 0.86f};
    s.albedo = mix(s.albedo, white, cover);
    s.mirror *= 1 - cover;
  }
}

}  // namespace loci::town
#endif  // LOCI_HAVE_EMBREE
