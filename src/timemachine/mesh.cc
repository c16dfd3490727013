// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "mesh.h"

namespace loci::town {

void Mesh::quad(Vec3 a, Vec3 b, Vec3 c, Vec3 d, uint32_t which) {
  const Vec3 x = normalise(b - a);
  const Vec3 n = normalise(cross(b - a, length(d - a) > 1e-6f ? d - a : c - a));
  const Vec3 y = cross(n, x);
  const auto flat = [&](Vec3 p) { return Vec2{dot(p - a, x), dot(p - a, y)}; };
  quad({a, b, c, d}, {flat(a), flat(b), flat(c), flat(d)}, which);
}

void Mesh::box(Vec3 c, float hx, float hy, float height, float angle, uint32_t which) {
  const Vec3 ex = Vec3{std::cos(angle), std::sin(angle), 0};
  const Vec3 ey{-ex.y, ex.x, 0};
  const auto p = [&](float x, float y, float z) {
    return c + ex * (x * hx) + ey * (y * hy) + Vec3{0, 0, z * height};
  };
  quad(p(-1, -1, 0), p(1, -1, 0), p(1, -1, 1), p(-1, -1, 1), which);
  quad(p(1, -1, 0), p(1, 1, 0), p(1, 1, 1), p(1, -1, 1), which);
  quad(p(1, 1, 0), p(-1, 1, 0), p(-1, 1, 1), p(1, 1, 1), which);
  quad(p(-1, 1, 0), p(-1, -1, 0), p(-1, -1, 1), p(-1, 1, 1), which);
  quad(p(-1, -1, 1), p(1, -1, 1), p(1, 1, 1), p(-1, 1, 1), which);
}

void Mesh::tube(Vec3 a, Vec3 b, float ra, float rb, int sides, uint32_t which, bool capped) {
  const Vec3 axis = normalise(b - a);
  const Vec3 side =
      normalise(std::fabs(axis.z) < 0.9f ? cross(axis, {0, 0, 1}) : cross(axis, {1, 0, 0}));
  const Vec3 other = cross(axis, side);
  const float len = length(b - a);
  for (int i = 0; i < sides; ++i) {
    const float t0 = 6.2831853f * i / sides, t1 = 6.2831853f * (i + 1) / sides;
    const Vec3 d0 = side * std::cos(t0) + other * std::sin(t0),
               d1 = side * std::cos(t1) + other * std::sin(t1);
    quad({a + d0 * ra, a + d1 * ra, b + d1 * rb, b + d0 * rb},
         {{{t0 * ra, 0}, {t1 * ra, 0}, {t1 * ra, len}, {t0 * ra, len}}},
         which);
    if (capped) triangle(b, b + d0 * rb, b + d1 * rb, which);
  }
}

void Mesh::ball(Vec3 c, Vec3 r, int sides, uint32_t which) {
  const int rows = std::max(3, sides / 2);
  const auto p = [&](int i, int j) {
    const float t = 6.2831853f * i / sides, s = 3.1415927f * j / rows - 1.5707963f;
    return c + Vec3{r.x * std::cos(t) * std::cos(s),
                    r.y * std::sin(t) * std::cos(s),
                    r.z * std::sin(s)};
  };
  for (int j = 0; j < rows; ++j) {
    for (int i = 0; i < sides; ++i) {
      if (j == rows - 1)
        triangle(p(i, j), p(i + 1, j), p(i, j + 1), which);
      else
        quad(p(i, j), p(i + 1, j), p(i + 1, j + 1), p(i, j + 1), which);
    }
  }
}

Face make_face(Vec2 a, Vec2 b, float z, float u_shift) {
  const Vec2 way = normalise(b - a);
  return {lift(a, z), lift(way, 0), {way.y, -way.x, 0}, u_shift};
}

void rect(Mesh& m, const Face& f, float u0, float v0, float u1, float v1, float d, uint32_t part) {
  if (u1 - u0 < 1e-4f || v1 - v0 < 1e-4f) return;
  const float s = f.u_shift;
  m.quad({f.at(u0, v0, d), f.at(u1, v0, d), f.at(u1, v1, d), f.at(u0, v1, d)},
         {{{u0 + s, v0}, {u1 + s, v0}, {u1 + s, v1}, {u0 + s, v1}}},
         part);
}

void box(Mesh& m,
         const Face& f,
         float u0,
         float v0,
         float d0,
         float u1,
         float v1,
         float d1,
         uint32_t part) {
  rect(m, f, u0, v0, u1, v1, d1, part);
  m.quad(f.at(u0, v0, d0), f.at(u0, v0, d1), f.at(u0, v1, d1), f.at(u0, v1, d0), part);
  m.quad(f.at(u1, v0, d1), f.at(u1, v0, d0), f.at(u1, v1, d0), f.at(u1, v1, d1), part);
  m.quad(f.at(u0, v1, d1), f.at(u1, v1, d1), f.at(u1, v1, d0), f.at(u0, v1, d0), part);
  m.quad(f.at(u0, v0, d0), f.at(u1, v0, d0), f.at(u1, v0, d1), f.at(u0, v0, d1), part);
}

void wall_with_hole(Mesh& m,
                    const Face& f,
                    float u0,
                    float v0,
                    float u1,
                    float v1,
                    float a0,
                    float b0,
                    float a1,
                    float b1,
                    float depth,
                    uint32_t part) {
  rect(m, f, u0, v0, a0, v1, 0, part);
  rect(m, f, a1, v0, u1, v1, 0, part);
  rect(m, f, a0, v0, a1, b0, 0, part);
  rect(m, f, a0, b1, a1, v1, 0, part);
  m.quad(f.at(a0, b0, 0), f.at(a0, b0, -depth), f.at(a0, b1, -depth), f.at(a0, b1, 0), part);
  m.quad(f.at(a1, b0, -depth), f.at(a1, b0, 0), f.at(a1, b1, 0), f.at(a1, b1, -depth), part);
  m.quad(f.at(a0, b1, -depth), f.at(a1, b1, -depth), f.at(a1, b1, 0), f.at(a0, b1, 0), part);
  m.quad(f.at(a0, b0, 0), f.at(a1, b0, 0), f.at(a1, b0, -depth), f.at(a0, b0, -depth), part);
}

void beam(Mesh& m,
          const Face& f,
          float u0,
          float v0,
          float u1,
          float v1,
          float width,
          float d,
          uint32_t part) {
  const Vec2 way = normalise(Vec2{u1 - u0, v1 - v0});
  const Vec2 n = Vec2{-way.y, way.x} * (width * 0.5f);
  const float len = std::hypot(u1 - u0, v1 - v0);
  m.quad({f.at(u0 - n.x, v0 - n.y, d),
          f.at(u1 - n.x, v1 - n.y, d),
          f.at(u1 + n.x, v1 + n.y, d),
          f.at(u0 + n.x, v0 + n.y, d)},
         {{{0, 0}, {0, len}, {width, len}, {width, 0}}},
         part);
}

}  // namespace loci::town
