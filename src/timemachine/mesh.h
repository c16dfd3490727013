// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "materials.h"
#include "vec.h"

#include <array>
#include <cstdint>
#include <vector>

namespace loci::town {

/// How a surface answers light.
enum class Material : uint8_t {
  kMatte,
  kGloss,     ///< car paint, enamel
  kWindow,    ///< a pane with a room or curtain behind it, lit at night by chance
  kShopPane,  ///< the same for a shop, lit in the evening
  kCarGlass,
  kSign,      ///< decal: ink on a ground colour
  kPicture,   ///< decal: colours of its own
  kGraffiti,  ///< decal: ink on the wall behind
  kFoliage,   ///< lets light through, follows the season
  kGround,    ///< gets wet and snowed upon
  kRoad,      ///< the same, with tracks of wheels
  kMarking,   ///< worn road paint
  kLamp,      ///< shines at night
  kHeadlight,
};

/// Where the colour of a part comes from: the part itself, or the look its house has in the year of
/// the visit.
enum class Slot : uint8_t {
  kFixed,
  kWall,
  kBase,
  kTrim,
  kFrame,
  kDoor,
  kRoof,
  kShutter,
  kAwning,
  kSignGround,
  kSignInk,
  kIron,
  kPaint,
  kCloth1,
  kCloth2,
  kSkin,
  kCount
};

/// Part::seed of car glass that is looked through.
constexpr uint32_t kClearGlass = 5;
constexpr uint32_t kNoOwner = 0xffffffff;

struct Part {
  Material material = Material::kMatte;
  Slot slot = Slot::kFixed;
  Grain grain = Grain::kNone;
  uint8_t decal_kind = 0;  ///< of Decals, for signs and pictures
  uint32_t owner = kNoOwner;
  uint32_t seed = 0;
  Vec3 colour{0.5f, 0.5f, 0.5f};
};

/// Quads with texture positions in metres. A triangle repeats its last corner.
struct Mesh {
  std::vector<Vec3> vertices;  ///< 4 a quad
  std::vector<Vec2> uv;        ///< 4 a quad
  std::vector<uint32_t> part;  ///< 1 a quad
  std::vector<Part> parts;

  uint32_t add_part(const Part& p) {
    parts.push_back(p);
    return static_cast<uint32_t>(parts.size() - 1);
  }
  void quad(const std::array<Vec3, 4>& v, const std::array<Vec2, 4>& t, uint32_t which) {
    vertices.insert(vertices.end(), v.begin(), v.end());
    uv.insert(uv.end(), t.begin(), t.end());
    part.push_back(which);
  }
  /// Texture positions from two directions in the plane of the quad.
  void quad(Vec3 a, Vec3 b, Vec3 c, Vec3 d, uint32_t which);
  void triangle(Vec3 a, Vec3 b, Vec3 c, uint32_t which) { quad(a, b, c, c, which); }
  /// A box of half sizes hx, hy around `centre` (of its floor), turned by `angle`.
  void box(Vec3 centre, float hx, float hy, float height, float angle, uint32_t which);
  /// A tube between two points, open at both ends unless `capped`.
  void tube(Vec3 a,
            Vec3 b,
            float radius_a,
            float radius_b,
            int sides,
            uint32_t which,
            bool capped = false);
  void ball(Vec3 centre, Vec3 radii, int sides, uint32_t which);
  size_t quads() const { return part.size(); }
};

/// A vertical plane with its own coordinates: u to the right as seen from outside, v up, d
/// outwards.
struct Face {
  Vec3 origin;
  Vec3 right;
  Vec3 out;
  float u_shift = 0;  ///< moves the texture, so that walls differ
  Vec3 at(float u, float v, float d) const { return origin + right * u + Vec3{0, 0, v} + out * d; }
};
Face make_face(Vec2 a, Vec2 b, float z, float u_shift);

/// Pieces of walls, all in the coordinates of a face.
void rect(Mesh& m, const Face& f, float u0, float v0, float u1, float v1, float d, uint32_t part);
void box(Mesh& m,
         const Face& f,
         float u0,
         float v0,
         float d0,
         float u1,
         float v1,
         float d1,
         uint32_t part);
/// [u0,u1] x [v0,v1] with the hole [a0,a1] x [b0,b1] and reveals of the given depth.
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
                    uint32_t part);
/// A bar from (u0, v0) to (u1, v1) on the wall.
void beam(Mesh& m,
          const Face& f,
          float u0,
          float v0,
          float u1,
          float v1,
          float width,
          float d,
          uint32_t part);

}  // namespace loci::town
