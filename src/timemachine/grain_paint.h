// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "noise.h"
#include "texture.h"

namespace loci::town {

inline Vec3 grey(float v) { return {v, v, v}; }

/// Distance to the nearest joint and number of a cell of a wall laid in rows. `shift` is the offset
/// of odd rows.
struct Course {
  float edge_x, edge_y;  ///< distance to the joint in cells
  uint32_t id;
};
inline Course course(float x, float y, int columns, int rows, float shift) {
  const float v = y * rows;
  const int row = static_cast<int>(v) % rows;
  float u = x * columns + (row % 2 != 0 ? shift : 0);
  const int column = static_cast<int>(u) % columns;
  u -= std::floor(u);
  const float fv = v - std::floor(v);
  return {std::min(u, 1 - u),
          std::min(fv, 1 - fv),
          hash3(static_cast<uint32_t>(column), static_cast<uint32_t>(row), 77)};
}

/// Cells around random points: the two smallest distances and the number of the nearest.
struct Cells {
  float first, second;
  uint32_t id;
};
inline Cells cells(float x, float y, int n, uint32_t seed) {
  Cells best{9, 9, 0};
  const float px = x * n, py = y * n;
  const int ix = static_cast<int>(px), iy = static_cast<int>(py);
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      const auto cx = static_cast<uint32_t>((ix + dx + n) % n);
      const auto cy = static_cast<uint32_t>((iy + dy + n) % n);
      const float qx = ix + dx + 0.15f + 0.7f * hash01(cx, cy, seed);
      const float qy = iy + dy + 0.15f + 0.7f * hash01(cx, cy, seed + 1);
      const float d = std::hypot(px - qx, py - qy);
      if (d < best.first) {
        best = {d, best.first, hash3(cx, cy, seed + 2)};
      } else {
        best.second = std::min(best.second, d);
      }
    }
  }
  return best;
}

// One painter a grain: x and y in [0, 1) tile.
Texel brick_running(float x, float y);
Texel brick_english(float x, float y);
Texel brick_rough(float x, float y);
Texel plaster_fine(float x, float y);
Texel plaster_rough(float x, float y);
Texel plaster_old(float x, float y);
Texel ashlar(float x, float y);
Texel rusticated(float x, float y);
Texel rubble(float x, float y);
Texel mosaic(float x, float y);
Texel big_tiles(float x, float y);
Texel slabs(float x, float y);
Texel small_slabs(float x, float y);
Texel concrete(float x, float y);
Texel panels(float x, float y);
Texel boards(float x, float y);
Texel cobble(float x, float y);
Texel roof_tiles(float x, float y);
Texel slate(float x, float y);
Texel seams(float x, float y);
Texel asphalt(float x, float y);
Texel asphalt_old(float x, float y);
Texel grass(float x, float y);
Texel leaves(float x, float y);
Texel bark(float x, float y);
Texel cloth(float x, float y);
Texel stain(float x, float y);
Texel clouds(float x, float y);

}  // namespace loci::town
