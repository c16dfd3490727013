// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "texture.h"

#include <array>
#include <cstdint>

namespace loci::town {

/// Surfaces whose small structure is a repeating bitmap. RGB 0.5 means "the colour of the part as
/// it is"; the mask is where the joint colour (mortar, gap) shows.
enum class Grain : uint8_t {
  kNone,
  kBrickRunning,
  kBrickEnglish,
  kBrickRough,
  kPlasterFine,
  kPlasterRough,
  kPlasterOld,
  kAshlar,
  kRubble,
  kRusticated,
  kMosaic,
  kBigTiles,
  kConcrete,
  kPanels,
  kBoards,
  kRoofTiles,
  kSlate,
  kSeams,
  kAsphalt,
  kAsphaltOld,
  kCobble,
  kSlabs,
  kSmallSlabs,
  kGrass,
  kLeaves,
  kBark,
  kCloth,
  kStain,   ///< large irregular patches, mask: streaks that run down
  kClouds,  ///< fractal noise of the sky
  kCount
};

/// The bitmap of a grain, painted at the first use in a process (about a second for all).
/// Threads: any number at once
const Texture& grain_texture(Grain grain);

}  // namespace loci::town
