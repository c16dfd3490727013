// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "materials.h"

#include "grain_paint.h"

#include <memory>
#include <mutex>

namespace loci::town {
namespace {

using Paint = Texel (*)(float x, float y);

struct Recipe {
  Paint paint;
  int pixels;
  float extent_x_m, extent_y_m;
};
Recipe recipe(Grain grain) {
  switch (grain) {
    case Grain::kBrickRunning:
      return {brick_running, 512, 2.03f, 2.03f};
    case Grain::kBrickEnglish:
      return {brick_english, 512, 2.03f, 2.03f};
    case Grain::kBrickRough:
      return {brick_rough, 512, 2.1f, 1.95f};
    case Grain::kPlasterFine:
      return {plaster_fine, 512, 4, 4};
    case Grain::kPlasterRough:
      return {plaster_rough, 512, 2.6f, 2.6f};
    case Grain::kPlasterOld:
      return {plaster_old, 512, 5, 5};
    case Grain::kAshlar:
      return {ashlar, 512, 2.8f, 2.8f};
    case Grain::kRubble:
      return {rubble, 512, 2.4f, 2.4f};
    case Grain::kRusticated:
      return {rusticated, 512, 2.7f, 2.4f};
    case Grain::kMosaic:
      return {mosaic, 512, 1.4f, 1.4f};
    case Grain::kBigTiles:
      return {big_tiles, 256, 2.4f, 2.4f};
    case Grain::kConcrete:
      return {concrete, 512, 3, 3};
    case Grain::kPanels:
      return {panels, 512, 3.6f, 2.4f};
    case Grain::kBoards:
      return {boards, 256, 1.8f, 1.8f};
    case Grain::kRoofTiles:
      return {roof_tiles, 256, 2.6f, 2.6f};
    case Grain::kSlate:
      return {slate, 256, 2.2f, 2.2f};
    case Grain::kSeams:
      return {seams, 256, 2.5f, 2.5f};
    case Grain::kAsphalt:
      return {asphalt, 512, 3.5f, 3.5f};
    case Grain::kAsphaltOld:
      return {asphalt_old, 512, 5, 5};
    case Grain::kCobble:
      return {cobble, 512, 2.4f, 2.4f};
    case Grain::kSlabs:
      return {slabs, 512, 2.4f, 2.5f};
    case Grain::kSmallSlabs:
      return {small_slabs, 256, 2, 2};
    case Grain::kGrass:
      return {grass, 256, 3, 3};
    case Grain::kLeaves:
      return {leaves, 256, 1.6f, 1.6f};
    case Grain::kBark:
      return {bark, 256, 0.8f, 0.8f};
    case Grain::kCloth:
      return {cloth, 128, 0.8f, 0.8f};
    case Grain::kStain:
      return {stain, 512, 19, 19};
    case Grain::kClouds:
      return {clouds, 512, 1, 1};
    default:
      return {cloth, 16, 1, 1};
  }
}

}  // namespace

const Texture& grain_texture(Grain grain) {
  static std::array<std::once_flag, static_cast<size_t>(Grain::kCount)> once;
  static std::array<Texture, static_cast<size_t>(Grain::kCount)> textures;
  const auto i = static_cast<size_t>(grain);
  std::call_once(once[i], [&] {
    const Recipe r = recipe(grain);
    textures[i] = Texture(r.pixels, r.pixels, r.extent_x_m, r.extent_y_m, true, r.paint);
  });
  return textures[i];
}

}  // namespace loci::town
