// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/image.h"

#include <cstdint>

namespace loci {

/// A drawn street corner for tests, examples and trying things out without photographs: two walls
/// of house fronts (windows, doors, signs, masonry) that meet at a corner, pavement, road and sky.
///
/// `place` decides everything that stays: the houses and their surfaces. `visit` decides what
/// changes between two visits: a small shift, turn and zoom of the camera, light and haze, clouds,
/// cars and people. The same four arguments give the same pixels on every machine.
///
/// Errors:  contract: width, height >= 1
/// Threads: any number at once
/// Cost:    about 40 ns a pixel
Image sketch_place(uint64_t place, uint64_t visit, int width, int height);

}  // namespace loci
