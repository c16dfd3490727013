// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "building.h"

namespace loci::town {
namespace {

float real(Rng& rng, double low, double high) { return static_cast<float>(rng.uniform(low, high)); }

void terrace(Design& d, Rng& rng) {
  d.bay = real(rng, 2.1, 2.9);
  d.window_w = real(rng, 0.95, 1.3);
  d.window_h = real(rng, 1.5, 1.85);
  d.window = WindowKind::kSash;
  d.lintel = real(rng, 0.18, 0.35);
  d.pediment = rng.chance(0.35) ? 4 : (rng.chance(0.3) ? 3 : 0);
  d.string_course = rng.chance(0.4);
  d.quoins = rng.chance(0.25);
  const Grain walls[] = {Grain::kBrickRunning, Grain::kBrickEnglish, Grain::kBrickRough};
  d.wall = walls[rng.below(3)];
  d.base = rng.chance(0.5) ? d.wall : Grain::kAshlar;
  d.roof = rng.chance(0.6) ? Grain::kSlate : Grain::kRoofTiles;
  d.cornice = real(rng, 0.1, 0.35);
  d.flower_boxes = rng.chance(0.2);
}

void classical(Design& d, Rng& rng) {
  d.bay = real(rng, 2.3, 3.3);
  d.window_w = real(rng, 1.0, 1.35);
  d.window_h = real(rng, 1.75, 2.2);
  d.window = rng.chance(0.7) ? WindowKind::kCasement : WindowKind::kSash;
  d.surround = real(rng, 0.12, 0.24);
  d.pediment = static_cast<int>(rng.below(4));
  d.string_course = rng.chance(0.7);
  d.quoins = rng.chance(0.35);
  d.pilasters = !d.quoins && rng.chance(0.35);
  d.cornice = real(rng, 0.3, 0.65);
  d.base_whole_floor = rng.chance(0.5);
  d.shutter_chance = rng.chance(0.35) ? 0.85f : 0.0f;
  d.balcony = rng.chance(0.35) ? BalconyKind::kSome : BalconyKind::kNone;
  d.wall = rng.chance(0.6) ? Grain::kPlasterFine : Grain::kPlasterOld;
  d.base = rng.chance(0.5) ? Grain::kRusticated : Grain::kPlasterRough;
}

void timber(Design& d, Rng& rng) {
  d.bay = real(rng, 1.6, 2.2);
  d.window_w = real(rng, 0.8, 1.05);
  d.window_h = real(rng, 1.05, 1.3);
  d.reveal = 0.08f;
  d.window = WindowKind::kCasement;
  d.shutter_chance = rng.chance(0.4) ? 0.8f : 0.0f;
  d.cornice = 0;
  d.wall = Grain::kPlasterRough;
  d.base = rng.chance(0.5) ? Grain::kRubble : Grain::kPlasterOld;
  d.base_whole_floor = rng.chance(0.5);
  d.flower_boxes = rng.chance(0.6);
}

void modern(Design& d, Rng& rng) {
  d.bay = real(rng, 2.4, 4.2);
  d.window = rng.chance(0.4) ? WindowKind::kRibbon : WindowKind::kPane;
  d.window_w = d.window == WindowKind::kRibbon ? d.bay - 0.12f : d.bay * real(rng, 0.55, 0.85);
  d.window_h = real(rng, 1.6, 2.6);
  d.sill = d.window_h > 2.2f ? 0.3f : 0.8f;
  d.reveal = real(rng, 0.06, 0.3);
  const Grain walls[] = {
      Grain::kConcrete, Grain::kPanels, Grain::kBigTiles, Grain::kBrickEnglish, Grain::kBoards};
  d.wall = walls[rng.below(5)];
  d.base = rng.chance(0.5) ? Grain::kConcrete : Grain::kBigTiles;
  d.cornice = 0;
  d.string_course = rng.chance(0.3);
  d.blank_bay = real(rng, 0, 0.15);
}

void apartment(Design& d, Rng& rng) {
  d.bay = real(rng, 2.6, 3.6);
  d.window_w = d.bay * real(rng, 0.45, 0.7);
  d.window_h = real(rng, 1.3, 1.6);
  d.window = rng.chance(0.5) ? WindowKind::kPane : WindowKind::kCasement;
  const BalconyKind kinds[] = {
      BalconyKind::kRows, BalconyKind::kSome, BalconyKind::kContinuous, BalconyKind::kNone};
  d.balcony = kinds[rng.below(4)];
  const Grain walls[] = {
      Grain::kPlasterRough, Grain::kMosaic, Grain::kConcrete, Grain::kPlasterOld, Grain::kBigTiles};
  d.wall = walls[rng.below(5)];
  d.base = rng.chance(0.5) ? Grain::kMosaic : Grain::kConcrete;
  d.cornice = 0.12f;
  d.blank_bay = real(rng, 0, 0.2);
}

void stone(Design& d, Rng& rng) {
  d.bay = real(rng, 2.2, 3.0);
  d.window_w = real(rng, 1.05, 1.3);
  d.window_h = real(rng, 2.1, 2.5);
  d.sill = 0.2f;
  d.window = WindowKind::kFrench;
  const BalconyKind kinds[] = {BalconyKind::kJuliet, BalconyKind::kContinuous, BalconyKind::kRows};
  d.balcony = kinds[rng.below(3)];
  d.surround = real(rng, 0.1, 0.2);
  d.pediment = static_cast<int>(rng.below(4));
  d.string_course = true;
  d.pilasters = rng.chance(0.3);
  d.cornice = real(rng, 0.35, 0.6);
  d.wall = Grain::kAshlar;
  d.base = Grain::kRusticated;
  d.base_whole_floor = true;
  d.roof = rng.chance(0.6) ? Grain::kSeams : Grain::kSlate;
  d.shutter_chance = rng.chance(0.3) ? 0.9f : 0.0f;
}

void warehouse(Design& d, Rng& rng) {
  d.bay = real(rng, 2.9, 4.3);
  d.window_w = d.bay * real(rng, 0.5, 0.72);
  d.window_h = real(rng, 2.0, 2.7);
  d.window = WindowKind::kGrid;
  d.pediment = rng.chance(0.6) ? 4 : 0;
  d.lintel = 0.3f;
  d.pilasters = rng.chance(0.6);
  const Grain walls[] = {
      Grain::kBrickRough, Grain::kBrickEnglish, Grain::kBrickRunning, Grain::kBrickRough};
  d.wall = walls[rng.below(4)];
  d.base = d.wall;
  d.reveal = 0.28f;
  d.cornice = real(rng, 0.15, 0.4);
  d.roof = Grain::kSlate;
}

}  // namespace

Design design_of(const Building& b) {
  Rng rng(b.seed, "design");
  Design d;
  d.base_h = real(rng, 0.3, 0.9);
  d.roof = rng.chance(0.7) ? Grain::kRoofTiles : Grain::kSlate;
  switch (b.style) {
    case Style::kTerrace:
      terrace(d, rng);
      break;
    case Style::kClassical:
      classical(d, rng);
      break;
    case Style::kTimber:
      timber(d, rng);
      break;
    case Style::kModern:
      modern(d, rng);
      break;
    case Style::kApartment:
      apartment(d, rng);
      break;
    case Style::kStone:
      stone(d, rng);
      break;
    default:
      warehouse(d, rng);
      break;
  }
  d.paired = rng.chance(0.2) ? 1.0f : 0.0f;
  d.window_h = std::min(d.window_h, b.floor_h - d.sill - 0.35f);
  return d;
}

HouseParts make_parts(Mesh& m, const Building& b, const Design& d) {
  const auto part = [&](Slot slot, Grain grain, Material material = Material::kMatte) {
    Part p;
    p.material = material;
    p.slot = slot;
    p.grain = grain;
    p.owner = b.id;
    p.seed = b.seed;
    return m.add_part(p);
  };
  HouseParts h{};
  h.wall = part(Slot::kWall, d.wall);
  h.base = part(Slot::kBase, d.base);
  h.trim = part(Slot::kTrim, b.style == Style::kTimber ? Grain::kBark : Grain::kPlasterFine);
  h.frame = part(Slot::kFrame, Grain::kNone);
  h.door = part(Slot::kDoor, Grain::kBoards);
  h.roof = part(Slot::kRoof, d.roof);
  h.shutter = part(Slot::kShutter, Grain::kBoards);
  h.awning = part(Slot::kAwning, Grain::kCloth);
  h.iron = part(Slot::kIron, Grain::kNone);
  h.sign = part(Slot::kSignGround, Grain::kNone);
  const bool brick =
      b.style == Style::kTerrace || b.style == Style::kWarehouse || hash01(b.seed, 5) < 0.3f;
  h.party = part(brick ? Slot::kWall : Slot::kBase, brick ? d.wall : Grain::kPlasterOld);
  h.dark = m.add_part(
      {.grain = Grain::kConcrete, .owner = b.id, .seed = b.seed, .colour = {0.06f, 0.06f, 0.065f}});
  h.flowers = m.add_part({.material = Material::kFoliage,
                          .grain = Grain::kLeaves,
                          .seed = b.seed,
                          .colour = {0.35f, 0.12f, 0.12f}});
  h.concrete = m.add_part(
      {.grain = Grain::kConcrete, .owner = b.id, .seed = b.seed, .colour = {0.45f, 0.44f, 0.42f}});
  return h;
}

}  // namespace loci::town
