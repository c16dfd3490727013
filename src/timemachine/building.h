// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mesh.h"
#include "plan.h"

#include "loci/base/rng.h"

namespace loci::town {

/// Kinds of decals a part may show (Part::decal_kind); Part::seed chooses among those of a kind.
enum class DecalKind : uint8_t { kShopSign, kPoster, kMural, kGraffiti, kRoadSign, kNumber };

enum class WindowKind : uint8_t { kSash, kCasement, kFrench, kRibbon, kPane, kGrid };
enum class BalconyKind : uint8_t { kNone, kJuliet, kSome, kRows, kContinuous };

/// The choices an architect makes once for a house; all its street sides share them.
struct Design {
  float bay = 2.6f;
  float window_w = 1.1f, window_h = 1.7f, sill = 0.85f;
  float reveal = 0.18f;
  WindowKind window = WindowKind::kSash;
  BalconyKind balcony = BalconyKind::kNone;
  float surround = 0;  ///< width of a moulding around the window
  float lintel = 0;    ///< height
  int pediment = 0;    ///< 0 none, 1 cornice, 2 triangle, 3 keystone, 4 arch
  float shutter_chance = 0;
  bool string_course = false;
  bool quoins = false;
  bool pilasters = false;
  float cornice = 0.3f;
  float base_h = 0.5f;
  bool base_whole_floor = false;
  float blank_bay = 0;  ///< chance that a column has no windows
  float paired = 0;     ///< windows in twos when 1
  Grain wall = Grain::kPlasterFine, base = Grain::kPlasterRough, roof = Grain::kRoofTiles;
  bool flower_boxes = false;
};
Design design_of(const Building& b);

/// Numbers of the parts that a house uses everywhere.
struct HouseParts {
  uint32_t wall, base, trim, frame, door, roof, shutter, awning, iron, sign, party, dark, flowers,
      concrete;
};
HouseParts make_parts(Mesh& m, const Building& b, const Design& d);

/// Everything of a house: facades, party walls, roof.
void add_building(Mesh& m, const Building& b);

void add_street_side(
    Mesh& m, const Building& b, const Design& d, const HouseParts& parts, int side, Rng& rng);
/// Ground floor of a street side; `columns` are the middles of the window columns above.
void add_ground_floor(Mesh& m,
                      const Building& b,
                      const Design& d,
                      const HouseParts& parts,
                      const Face& f,
                      float width,
                      bool main_side,
                      Rng& rng);
void add_window(Mesh& m,
                const Building& b,
                const Design& d,
                const HouseParts& parts,
                const Face& f,
                float u0,
                float v0,
                float u1,
                float v1,
                float depth,
                Material glass,
                Rng& rng);
void add_door(Mesh& m,
              const Building& b,
              const HouseParts& parts,
              const Face& f,
              float u0,
              float v0,
              float u1,
              float v1,
              float depth,
              Rng& rng);
void add_balcony(Mesh& m,
                 const HouseParts& parts,
                 const Face& f,
                 float u0,
                 float u1,
                 float v,
                 float out,
                 bool solid);
void add_railing(
    Mesh& m, uint32_t part, const Face& f, float u0, float u1, float v, float height, float d);
void add_roof(Mesh& m, const Building& b, const Design& d, const HouseParts& parts, Rng& rng);
/// Posters, graffiti, plaques, pipes and boxes that cling to a wall.
void add_clutter(
    Mesh& m, const Building& b, const HouseParts& parts, const Face& f, float width, Rng& rng);

}  // namespace loci::town
