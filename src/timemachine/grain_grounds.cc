// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "grain_paint.h"

namespace loci::town {

Texel cobble(float x, float y) {
  const Cells c = cells(x, y, 20, 33);
  const float in = smoothstep(0.05f, 0.3f, c.second - c.first);
  const float v =
      0.5f + 0.3f * (hash01(c.id, 1) - 0.5f) + 0.14f * fractal_noise(x, y, 80, 2, 4) - 0.07f;
  return {grey(v * mix(0.5f, 1.0f, in)), 0};
}

Texel roof_tiles(float x, float y) {
  const Course c = course(x, y, 12, 8, 0.0f);
  const float v8 = y * 8 - std::floor(y * 8);
  const float wave = 0.75f + 0.5f * c.edge_x;
  const float v = (0.5f + 0.24f * (hash01(c.id, 2) - 0.5f)) * wave *
                  mix(1.12f, 0.62f, smoothstep(0.8f, 1.0f, v8));
  return {grey(v + 0.1f * (fractal_noise(x, y, 40, 3, 61) - 0.5f)), 0};
}
Texel slate(float x, float y) {
  const Course c = course(x, y, 9, 10, 0.5f);
  const float v8 = y * 10 - std::floor(y * 10);
  const float v = 0.5f + 0.26f * (hash01(c.id, 2) - 0.5f);
  return {grey(v * mix(1.0f, 0.6f, smoothstep(0.88f, 1.0f, v8)) *
               mix(0.7f, 1.0f, smoothstep(0.01f, 0.04f, c.edge_x))),
          0};
}
Texel seams(float x, float y) {
  const float u = x * 5;
  const float edge = std::fabs(u - std::round(u));
  const float v = 0.5f + 0.10f * (fractal_noise(x, y, 6, 4, 62) - 0.5f);
  return {grey(v * mix(0.6f, 1.0f, smoothstep(0.01f, 0.04f, edge)) +
               0.15f * smoothstep(0.05f, 0.0f, std::fabs(edge - 0.05f))),
          0};
}
Texel asphalt(float x, float y) {
  const float stones_ = fractal_noise(x, y, 170, 2, 71) - 0.5f;
  const float wide = fractal_noise(x, y, 4, 4, 72) - 0.5f;
  return {grey(0.5f + 0.36f * stones_ + 0.16f * wide), 0};
}
Texel asphalt_old(float x, float y) {
  Texel t = asphalt(x, y);
  const float crack = std::fabs(fractal_noise(x, y, 4, 5, 73) - 0.5f);
  const float patch = smoothstep(0.60f, 0.605f, fractal_noise(x, y, 3, 2, 74));
  t.rgb = t.rgb * mix(1.0f, 0.78f, patch) * mix(0.45f, 1.0f, smoothstep(0.003f, 0.010f, crack));
  return t;
}
Texel grass(float x, float y) {
  const float v = 0.5f + 0.7f * (fractal_noise(x, y, 90, 3, 81) - 0.5f);
  const float dry = fractal_noise(x, y, 5, 4, 82) - 0.5f;
  return {{v + 0.2f * dry, v, v - 0.1f * dry}, 0};
}
Texel leaves(float x, float y) {
  const Cells c = cells(x, y, 26, 83);
  const float v = (0.5f + 0.5f * (hash01(c.id, 1) - 0.5f)) * mix(1.25f, 0.5f, clamp01(c.first));
  return {grey(v), 0};
}
Texel bark(float x, float y) {
  const float v = fractal_noise(x, y * 0.25f, 24, 4, 84);
  return {grey(0.25f + 0.5f * v), 0};
}
Texel cloth(float x, float y) {
  return {grey(0.5f + 0.16f * (fractal_noise(x, y, 8, 4, 85) - 0.5f)), 0};
}
Texel stain(float x, float y) {
  const float streak = fractal_noise(x, 0.3f * y, 48, 4, 92);
  return {{fractal_noise(x, y, 5, 6, 91),
           fractal_noise(x, y, 16, 4, 93),
           fractal_noise(x, y, 40, 3, 94)},
          streak};
}
Texel clouds(float x, float y) {
  return {
      {fractal_noise(x, y, 4, 7, 95), fractal_noise(x, y, 8, 6, 96), fractal_noise(x, y, 3, 3, 97)},
      0};
}

}  // namespace loci::town
