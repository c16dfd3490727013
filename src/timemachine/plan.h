// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vec.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace loci::town {

enum class Style : uint8_t {
  kTerrace,
  kClassical,
  kTimber,
  kModern,
  kApartment,
  kStone,
  kWarehouse,
  kCount
};
enum class Roof : uint8_t { kFlat, kGable, kGableFront, kMansard };
enum class Side : uint8_t { kStreet, kParty, kBack };

/// A house on a lot of four corners, counter-clockwise seen from above; side i goes from corner i
/// to corner i + 1.
struct Building {
  uint32_t id = 0;
  uint32_t seed = 0;
  std::array<Vec2, 4> corner;
  std::array<Side, 4> side;
  Style style = Style::kTerrace;
  Roof roof = Roof::kFlat;
  int floors = 3;  ///< with the ground floor
  float ground_h = 3.6f, floor_h = 3;
  bool shop = false;
  float height() const { return ground_h + floor_h * static_cast<float>(floors - 1); }
};

enum class Thing : uint8_t {
  kLamp,
  kTree,
  kBench,
  kBin,
  kSign,
  kBollard,
  kHydrant,
  kBusStop,
  kPostBox,
  kPlanter,
  kColumn,
  kBikes,
  kCabinet,
  kStatue,
  kFence,
  kCount
};
struct Object {
  Thing kind;
  Vec2 position;
  float angle = 0;  ///< of its front, radians from east
  uint32_t seed = 0;
};

struct Street {
  Vec2 a, b;
  float half_width = 7;   ///< from the middle to the building line
  float pavement = 2.8f;  ///< width of each pavement
  int district = 0;
  uint32_t seed = 0;
  bool inner = false;  ///< houses on both sides, so photographs are taken here
  bool has_trees = false;
  bool parked_cars = true;
};

struct Block {
  std::array<Vec2, 4> node;    ///< middle lines of the streets around, counter-clockwise
  std::array<Vec2, 4> corner;  ///< building line
  std::array<int, 4> street;   ///< street of side i (corner i to i + 1)
  bool park = false;
  std::vector<uint32_t> buildings;  ///< numbers in TownPlan::buildings
  std::vector<Object> objects;
};

struct Place {
  int id = 0;
  Vec2 position;        ///< of the camera car
  float direction = 0;  ///< of view, radians from east, counter-clockwise
  float along = 0;      ///< direction of the street
  int street = 0;
  int split = 0;  ///< 0 test, 1 train, 2 val
};

/// Everything about the town that does not change with the visit. x is east, y is north, metres.
struct TownPlan {
  uint64_t seed = 0;
  std::vector<Street> streets;
  std::vector<Block> blocks;
  std::vector<Building> buildings;
  std::vector<Place> places;
  Vec2 low, high;  ///< bounding box of the built area
};

struct PlanOptions {
  int num_places = 200;
  uint64_t seed = 1;
  double spacing_m = 12.5;
  bool three_splits = false;
};
TownPlan make_plan(const PlanOptions& options);

/// Fills blocks with houses and street furniture (called by make_plan).
void build_lots(TownPlan& plan);
void furnish(TownPlan& plan);

}  // namespace loci::town
