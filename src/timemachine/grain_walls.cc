// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "grain_paint.h"

namespace loci::town {

static Texel bricks(
    float x, float y, int columns, int rows, float shift, float contrast, float wobble) {
  const float w = (fractal_noise(x, y, 32, 2, 5) - 0.5f) * wobble;
  const Course c = course(x, y + w / rows, columns, rows, shift);
  const float jx = smoothstep(0.02f, 0.045f, c.edge_x + w * 0.1f);
  const float jy = smoothstep(0.055f, 0.12f, c.edge_y);
  const float shade =
      0.5f + contrast * (hash01(c.id, 1) - 0.5f) + 0.16f * (fractal_noise(x, y, 64, 3, 9) - 0.5f);
  const float warm = 0.08f * (hash01(c.id, 2) - 0.5f);
  const float burnt = hash01(c.id, 3) < 0.06f ? 0.62f : 1.0f;
  Vec3 rgb = Vec3{shade + warm, shade, shade - warm} * burnt;
  const float grain = 0.46f + 0.12f * fractal_noise(x, y, 128, 2, 3);
  const float mortar = 1 - jx * jy;
  return {mix(rgb, grey(grain), mortar), mortar};
}
Texel brick_running(float x, float y) { return bricks(x, y, 9, 26, 0.5f, 0.26f, 0.06f); }
Texel brick_english(float x, float y) {
  const bool headers = static_cast<int>(y * 26) % 2 == 0;
  return bricks(x, y, headers ? 18 : 9, 26, 0.25f, 0.18f, 0.05f);
}
Texel brick_rough(float x, float y) { return bricks(x, y, 8, 24, 0.5f, 0.46f, 0.25f); }

static Texel plaster(float x, float y, float grain, float patches, float cracks, uint32_t seed) {
  const float fine = fractal_noise(x, y, 96, 3, seed) - 0.5f;
  const float coarse = fractal_noise(x, y, 6, 4, seed + 50) - 0.5f;
  float v = 0.5f + grain * fine + patches * coarse;
  const float ridge = std::fabs(fractal_noise(x, y, 5, 5, seed + 90) - 0.5f);
  v *= 1 - cracks * (1 - smoothstep(0.003f, 0.009f, ridge));
  const float bare = cracks * smoothstep(0.66f, 0.70f, fractal_noise(x, y, 4, 5, seed + 7));
  return {grey(v), bare};
}
Texel plaster_fine(float x, float y) { return plaster(x, y, 0.10f, 0.10f, 0.12f, 11); }
Texel plaster_rough(float x, float y) { return plaster(x, y, 0.34f, 0.14f, 0.1f, 12); }
Texel plaster_old(float x, float y) { return plaster(x, y, 0.14f, 0.32f, 0.7f, 13); }

static Texel stones(
    float x, float y, int columns, int rows, float joint, float contrast, uint32_t seed) {
  const Course c = course(x, y, columns, rows, 0.5f);
  const float in =
      smoothstep(joint * 0.4f, joint, c.edge_x * 2.0f) * smoothstep(joint * 0.4f, joint, c.edge_y);
  float v = 0.5f + contrast * (hash01(c.id, seed) - 0.5f);
  v += 0.2f * (fractal_noise(x, y, 24, 4, seed) - 0.5f);
  const float pits = fractal_noise(x, y, 80, 2, seed + 3);
  v *= 1 - 0.3f * smoothstep(0.7f, 0.8f, pits);
  return {grey(mix(v * 0.62f, v, in)), (1 - in) * 0.6f};
}
Texel ashlar(float x, float y) { return stones(x, y, 4, 8, 0.035f, 0.14f, 21); }
Texel rusticated(float x, float y) { return stones(x, y, 3, 6, 0.10f, 0.10f, 22); }

Texel rubble(float x, float y) {
  const Cells c = cells(x, y, 9, 31);
  const float in = smoothstep(0.03f, 0.12f, c.second - c.first);
  float v = 0.5f + 0.36f * (hash01(c.id, 1) - 0.5f) + 0.2f * (fractal_noise(x, y, 40, 3, 8) - 0.5f);
  const float warm = 0.1f * (hash01(c.id, 5) - 0.5f);
  return {Vec3{v + warm, v, v - warm} * mix(0.75f, 1.0f, in), 1 - in};
}

static Texel tiles(float x, float y, int columns, int rows, float joint, float contrast) {
  const Course c = course(x, y, columns, rows, 0);
  const float in =
      smoothstep(joint * 0.5f, joint, c.edge_x) * smoothstep(joint * 0.5f, joint, c.edge_y);
  const float v =
      0.5f + contrast * (hash01(c.id, 4) - 0.5f) + 0.05f * (fractal_noise(x, y, 64, 2, 6) - 0.5f);
  return {grey(v), 1 - in};
}
Texel mosaic(float x, float y) { return tiles(x, y, 28, 28, 0.10f, 0.34f); }
Texel big_tiles(float x, float y) { return tiles(x, y, 4, 4, 0.02f, 0.12f); }
Texel slabs(float x, float y) {
  Texel t = stones(x, y, 4, 5, 0.03f, 0.16f, 41);
  const float gum = fractal_noise(x, y, 60, 1, 42);
  t.rgb = t.rgb * (1 - 0.35f * smoothstep(0.86f, 0.9f, gum));
  return t;
}
Texel small_slabs(float x, float y) { return stones(x, y, 10, 20, 0.08f, 0.22f, 43); }

Texel concrete(float x, float y) {
  const float boards = 0.06f * (hash01(static_cast<uint32_t>(y * 12), 3) - 0.5f);
  const float joint = smoothstep(0.0f, 0.03f, std::fabs(y * 12 - std::round(y * 12)));
  const float v = 0.5f + boards + 0.2f * (fractal_noise(x, y, 8, 6, 51) - 0.5f);
  const float holes = smoothstep(0.80f, 0.86f, fractal_noise(x, y, 70, 1, 52));
  return {grey(v * mix(0.85f, 1.0f, joint) * (1 - 0.4f * holes)), 0};
}
Texel panels(float x, float y) {
  const Course c = course(x, y, 3, 2, 0);
  const float in = smoothstep(0.008f, 0.016f, c.edge_x) * smoothstep(0.006f, 0.012f, c.edge_y);
  const float v =
      0.5f + 0.06f * (hash01(c.id, 9) - 0.5f) + 0.04f * (fractal_noise(x, y, 4, 4, 53) - 0.5f);
  return {grey(v * mix(0.4f, 1.0f, in)), 0};
}
Texel boards(float x, float y) {
  const float u = x * 12;
  const auto id = static_cast<uint32_t>(u);
  const float edge = std::fabs(u - std::round(u));
  const float fibre = fractal_noise(x * 4 - std::floor(x * 4), y, 48, 2, id + 60);
  const float v = 0.5f + 0.2f * (hash01(id, 8) - 0.5f) + 0.24f * (fibre - 0.5f);
  return {grey(v * mix(0.45f, 1.0f, smoothstep(0.02f, 0.07f, edge))), 0};
}

}  // namespace loci::town
