// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "models.h"

namespace loci::town {
namespace {

constexpr float kKerb = 0.13f;
constexpr float kPaintZ = 0.006f;

struct Sidewalk {
  std::array<Vec2, 4> edge;  ///< outer line of the pavement, where the kerb is
};

Vec2 crossing(Vec2 p, Vec2 d, Vec2 q, Vec2 e) { return p + d * (cross(q - p, e) / cross(d, e)); }

Sidewalk sidewalk_of(const TownPlan& plan, const Block& b) {
  std::array<Vec2, 4> start, way;
  for (int k = 0; k < 4; ++k) {
    way[k] = normalise(b.corner[(k + 1) % 4] - b.corner[k]);
    start[k] = b.corner[k] + Vec2{way[k].y, -way[k].x} * plan.streets[b.street[k]].pavement;
  }
  Sidewalk s;
  for (int k = 0; k < 4; ++k)
    s.edge[k] = crossing(start[(k + 3) % 4], way[(k + 3) % 4], start[k], way[k]);
  return s;
}

/// A flat quad whose texture lies in the town's own coordinates, so that neighbours fit.
void flat(Mesh& m, Vec2 a, Vec2 b, Vec2 c, Vec2 d, float z, uint32_t part) {
  m.quad({lift(a, z), lift(b, z), lift(c, z), lift(d, z)}, {a, b, c, d}, part);
}

void stripe(Mesh& m, Vec2 a, Vec2 b, float width, float z, uint32_t part) {
  const Vec2 way = normalise(b - a);
  const Vec2 n = Vec2{-way.y, way.x} * (width * 0.5f);
  flat(m, a - n, b - n, b + n, a + n, z, part);
}

/// Half of the markings of a street: those on this block's side, and the dashes of the middle line
/// (both sides draw them at the same place; the second is hidden by a hair's breadth).
void mark_street(Mesh& m, const Street& s, Vec2 a, Vec2 b, Vec2 edge_a, Vec2 edge_b, bool first) {
  const uint32_t white = m.add_part({.material = Material::kMarking,
                                     .grain = Grain::kAsphalt,
                                     .seed = s.seed,
                                     .colour = {0.6f, 0.6f, 0.58f}});
  const Vec2 way = normalise(b - a);
  const float len = length(b - a), gap = s.half_width + 2.5f;
  const float half = s.half_width - s.pavement;
  if (first && half > 3.5f) {
    for (float at = gap + 2; at + 2 < len - gap; at += 5)
      stripe(m, a + way * at, a + way * (at + 2.2f), 0.12f, kPaintZ, white);
  }
  const Vec2 side = normalise(edge_a - a - way * dot(edge_a - a, way));
  // Zebra crossings before some junctions, a stop line before others.
  for (int end = 0; end < 2; ++end) {
    const Vec2 from = end == 0 ? a + way * (gap + 0.5f) : b - way * (gap + 0.5f);
    const Vec2 in = end == 0 ? way : way * -1.0f;
    if (hash3(s.seed, static_cast<uint32_t>(end)) % 3 != 0) {
      for (float y = 0.25f; y + 0.4f < half; y += 0.95f)
        stripe(m,
               from + side * (y + 0.25f),
               from + side * (y + 0.25f) + in * 3.0f,
               0.5f,
               kPaintZ,
               white);
    } else {
      stripe(m, from + side * 0.2f, from + side * (half - 0.2f), 0.35f, kPaintZ, white);
    }
  }
  if (half > 3.8f && s.parked_cars && hash3(s.seed, 4) % 2 == 0) {
    const float y = half - 2.15f;
    for (float at = gap + 4; at + 5.6f < len - gap; at += 5.8f) {
      stripe(m, a + way * at + side * y, a + way * at + side * half, 0.1f, kPaintZ, white);
      stripe(m, a + way * at + side * y, a + way * (at + 1) + side * y, 0.1f, kPaintZ, white);
    }
  }
  (void)edge_b;
}

/// A flat disc of 16 corners.
void disc(Mesh& m, Vec2 c, float radius, float z, uint32_t part) {
  const auto p = [&](int corner) {
    const float angle = 0.3926991f * static_cast<float>(corner);
    return c + Vec2{std::cos(angle), std::sin(angle)} * radius;
  };
  for (int k = 0; k < 16; k += 2) flat(m, c, p(k), p(k + 1), p(k + 2), z, part);
}

/// Manhole covers, and where the road was opened once: a trench along the street, filled with the
/// same surface in another shade.
void mend_road(Mesh& m, const Street& s, Vec2 a, Vec2 b, Vec2 side, uint32_t road, uint32_t seed) {
  const uint32_t frame = m.add_part(
      {.material = Material::kRoad, .grain = Grain::kConcrete, .colour = {0.16f, 0.155f, 0.15f}});
  const uint32_t iron = m.add_part(
      {.material = Material::kRoad, .grain = Grain::kMosaic, .colour = {0.07f, 0.07f, 0.075f}});
  const float len = length(b - a), half = s.half_width - s.pavement;
  const Vec2 way = normalise(b - a);
  for (uint32_t i = 0; i < 3; ++i) {
    const Vec2 c = a + way * (len * (0.15f + 0.7f * hash01(seed, i, 3))) +
                   side * (half * (0.2f + 0.7f * hash01(seed, i, 4)));
    disc(m, c, 0.39f, 0.004f, frame);
    disc(m, c, 0.32f, 0.005f, iron);
    Part filling = m.parts[road];
    filling.colour = filling.colour * (hash01(seed, i, 6) < 0.6f ? 0.72f : 1.22f);
    filling.seed = hash3(seed, i, 5);
    const Vec2 q = a + way * (len * (0.1f + 0.7f * hash01(seed, i, 7))) +
                   side * (half * (0.1f + 0.6f * hash01(seed, i, 8)));
    stripe(m,
           q,
           q + way * (2.5f + 7 * hash01(seed, i, 9)),
           0.5f + 0.5f * hash01(seed, i, 10),
           0.002f,
           m.add_part(filling));
  }
}

}  // namespace

void add_ground(Mesh& m, const TownPlan& plan, const Block& block) {
  const Sidewalk walk = sidewalk_of(plan, block);
  const uint32_t kerb = m.add_part(
      {.material = Material::kGround, .grain = Grain::kConcrete, .colour = {0.36f, 0.35f, 0.33f}});
  const Vec3 up{0, 0, kKerb};
  for (int k = 0; k < 4; ++k) {
    const int n = (k + 1) % 4;
    const Street& s = plan.streets[block.street[k]];
    const bool cobbled = s.district == 1 && hash3(s.seed, 2) % 3 != 0;
    const float shade = 0.075f + 0.05f * hash01(s.seed, 3);
    const uint32_t road = m.add_part(
        {.material = Material::kRoad,
         .grain = cobbled ? Grain::kCobble
                          : (hash3(s.seed, 5) % 2 != 0 ? Grain::kAsphalt : Grain::kAsphaltOld),
         .seed = s.seed,
         .colour =
             cobbled ? Vec3{0.17f, 0.16f, 0.15f} : Vec3{shade * 1.03f, shade, shade * 0.95f}});
    const Grain paving[] = {Grain::kSlabs, Grain::kSmallSlabs, Grain::kAsphalt, Grain::kBigTiles};
    const uint32_t pavement =
        m.add_part({.material = Material::kGround,
                    .grain = paving[hash3(s.seed, 6) % 4],
                    .seed = s.seed,
                    .colour = Vec3{0.27f, 0.26f, 0.245f} * (0.8f + 0.4f * hash01(s.seed, 7))});
    flat(m, block.node[k], block.node[n], walk.edge[n], walk.edge[k], 0, road);
    const Vec2 way = normalise(walk.edge[n] - walk.edge[k]);
    const Vec2 in = Vec2{-way.y, way.x} * 0.18f;
    const Vec2 ka = walk.edge[k] + in + way * 0.18f, kb = walk.edge[n] + in - way * 0.18f;
    flat(m, walk.edge[k], walk.edge[n], kb, ka, kKerb, kerb);
    flat(m, ka, kb, block.corner[n], block.corner[k], kKerb, pavement);
    m.quad(lift(walk.edge[k], 0),
           lift(walk.edge[n], 0),
           lift(walk.edge[n], 0) + up,
           lift(walk.edge[k], 0) + up,
           kerb);
    const bool first = dot(block.node[n] - block.node[k], s.b - s.a) > 0;
    if (!cobbled || hash3(s.seed, 9) % 2 == 0)
      mark_street(m, s, block.node[k], block.node[n], walk.edge[k], walk.edge[n], first);
    mend_road(m,
              s,
              block.node[k],
              block.node[n],
              Vec2{-way.y, way.x},
              road,
              s.seed + static_cast<uint32_t>(first));
  }
  const uint32_t yard = m.add_part(
      {.material = Material::kGround, .grain = Grain::kGrass, .colour = {0.12f, 0.17f, 0.06f}});
  flat(m,
       block.corner[0],
       block.corner[1],
       block.corner[2],
       block.corner[3],
       kKerb + (block.park ? 0.02f : 0.0f),
       yard);
  if (block.park) {
    const uint32_t path = m.add_part({.material = Material::kGround,
                                      .grain = Grain::kSmallSlabs,
                                      .colour = {0.35f, 0.31f, 0.24f}});
    stripe(m, block.corner[0], block.corner[2], 2.4f, kKerb + 0.03f, path);
    stripe(m, block.corner[1], block.corner[3], 2.4f, kKerb + 0.031f, path);
  }
}

}  // namespace loci::town
