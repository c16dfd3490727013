// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "render.h"

#include "loci/image/image.h"

namespace loci::town {

/// What a street-view car's camera or a phone makes of the light: drops and flakes in front of the
/// lens, blur of motion and lens, glow around lamps, exposure, white balance, vignetting, noise and
/// tone curve.
Image develop(Rendering rendering, const Visit& visit, const Sky& sky);

}  // namespace loci::town
