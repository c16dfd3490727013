// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include "loci/base/rng.h"

namespace loci::town {
namespace {

Style pick_style(int district, Rng& rng) {
  // Three kinds of quarter, each with a leading style and strangers in it.
  static const Style kMix[3][6] = {{Style::kTerrace,
                                    Style::kTerrace,
                                    Style::kClassical,
                                    Style::kWarehouse,
                                    Style::kApartment,
                                    Style::kModern},
                                   {Style::kTimber,
                                    Style::kClassical,
                                    Style::kClassical,
                                    Style::kTerrace,
                                    Style::kStone,
                                    Style::kTimber},
                                   {Style::kStone,
                                    Style::kStone,
                                    Style::kClassical,
                                    Style::kModern,
                                    Style::kApartment,
                                    Style::kWarehouse}};
  return kMix[district % 3][rng.below(6)];
}

void set_heights(Building& b, Rng& rng) {
  switch (b.style) {
    case Style::kTerrace:
      b.floors = 2 + static_cast<int>(rng.below(3));
      b.floor_h = static_cast<float>(rng.uniform(2.8, 3.2));
      b.roof = rng.chance(0.75) ? Roof::kGable : Roof::kFlat;
      break;
    case Style::kClassical:
      b.floors = 3 + static_cast<int>(rng.below(3));
      b.floor_h = static_cast<float>(rng.uniform(3.1, 3.7));
      b.roof = rng.chance(0.5) ? Roof::kGable : (rng.chance(0.6) ? Roof::kMansard : Roof::kFlat);
      break;
    case Style::kTimber:
      b.floors = 2 + static_cast<int>(rng.below(3));
      b.floor_h = static_cast<float>(rng.uniform(2.5, 2.8));
      b.roof = rng.chance(0.65) ? Roof::kGableFront : Roof::kGable;
      break;
    case Style::kModern:
      b.floors = 3 + static_cast<int>(rng.below(5));
      b.floor_h = static_cast<float>(rng.uniform(3.1, 3.5));
      b.roof = Roof::kFlat;
      break;
    case Style::kApartment:
      b.floors = 4 + static_cast<int>(rng.below(4));
      b.floor_h = static_cast<float>(rng.uniform(2.7, 2.9));
      b.roof = Roof::kFlat;
      break;
    case Style::kStone:
      b.floors = 4 + static_cast<int>(rng.below(3));
      b.floor_h = static_cast<float>(rng.uniform(3.2, 3.6));
      b.roof = Roof::kMansard;
      break;
    default:
      b.floors = 3 + static_cast<int>(rng.below(3));
      b.floor_h = static_cast<float>(rng.uniform(3.5, 4.2));
      b.roof = rng.chance(0.6) ? Roof::kFlat : Roof::kGable;
      break;
  }
  b.ground_h = b.style == Style::kTimber ? 2.8f : static_cast<float>(rng.uniform(3.4, 4.4));
}

void add_building(TownPlan& plan,
                  Block& block,
                  std::array<Vec2, 4> corner,
                  std::array<Side, 4> side,
                  int street,
                  Rng& rng) {
  Building b;
  b.id = static_cast<uint32_t>(plan.buildings.size());
  b.seed = static_cast<uint32_t>(rng.next());
  b.corner = corner;
  b.side = side;
  b.style = pick_style(plan.streets[street].district, rng);
  set_heights(b, rng);
  b.shop = rng.chance(b.style == Style::kApartment || b.style == Style::kTerrace ? 0.35 : 0.6);
  if (side[1] == Side::kStreet && b.roof == Roof::kGableFront) b.roof = Roof::kGable;
  block.buildings.push_back(b.id);
  plan.buildings.push_back(b);
}

/// Houses along one side between the corner houses; some lots stay empty (a yard with a wall or
/// trees).
void row_of_houses(
    TownPlan& plan, Block& block, int side, Vec2 from, Vec2 to, float depth, Rng& rng) {
  const Vec2 way = normalise(to - from);
  const Vec2 inward{-way.y, way.x};
  const float len = length(to - from);
  if (len < 5) return;
  std::vector<float> widths;
  float sum = 0;
  while (sum < len) {
    widths.push_back(static_cast<float>(rng.uniform(6.5, 17)));
    sum += widths.back();
  }
  const float scale = len / sum;
  float at = 0;
  for (float w : widths) {
    w *= scale;
    const Vec2 p0 = from + way * at, p1 = from + way * (at + w);
    at += w;
    if (rng.chance(0.05) && w > 5) {
      for (int t = 0; t < 2; ++t) {
        block.objects.push_back(
            {Thing::kTree,
             p0 + way * (w * (0.3f + 0.4f * t)) + inward * static_cast<float>(rng.uniform(3, 6)),
             0,
             static_cast<uint32_t>(rng.next())});
      }
      block.objects.push_back({Thing::kFence,
                               (p0 + p1) * 0.5f + inward * 0.15f,
                               std::atan2(way.y, way.x),
                               static_cast<uint32_t>(std::lround(w * 100))});
      continue;
    }
    const Vec2 back = inward * depth;
    add_building(plan,
                 block,
                 {p0, p1, p1 + back, p0 + back},
                 {Side::kStreet, Side::kParty, Side::kBack, Side::kParty},
                 block.street[side],
                 rng);
  }
}

void build_block(TownPlan& plan, Block& block, Rng& rng) {
  std::array<float, 4> before,
      after;  // lengths a corner house takes of the side before and after the corner
  for (int k = 0; k < 4; ++k) {
    before[k] = static_cast<float>(rng.uniform(10, 15));
    after[k] = static_cast<float>(rng.uniform(10, 15));
  }
  for (int k = 0; k < 4; ++k) {
    const Vec2 c = block.corner[k];
    const Vec2 in = normalise(block.corner[(k + 3) % 4] - c),
               out = normalise(block.corner[(k + 1) % 4] - c);
    const Vec2 a = c + in * before[k], b = c + out * after[k];
    add_building(plan,
                 block,
                 {a, c, b, a + b - c},
                 {Side::kStreet, Side::kStreet, Side::kParty, Side::kParty},
                 block.street[k],
                 rng);
  }
  for (int k = 0; k < 4; ++k) {
    const Vec2 c = block.corner[k], d = block.corner[(k + 1) % 4];
    const Vec2 way = normalise(d - c);
    row_of_houses(plan,
                  block,
                  k,
                  c + way * after[k],
                  d - way * before[(k + 1) % 4],
                  static_cast<float>(rng.uniform(10, 13)),
                  rng);
  }
}

}  // namespace

void build_lots(TownPlan& plan) {
  for (size_t i = 0; i < plan.blocks.size(); ++i) {
    Rng rng(plan.seed, 0x626c6f636b000000ull + i);
    if (!plan.blocks[i].park) build_block(plan, plan.blocks[i], rng);
  }
}

}  // namespace loci::town
