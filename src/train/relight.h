// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/rng.h"
#include "loci/image/image.h"

namespace loci::train {

/// The same view at another time and by another camera: two draws in five a night with lamps, else
/// a day (gamma, contrast, colour cast; perhaps haze, grey, a cast shadow); then perhaps blur,
/// noise, JPEG and few pixels. Never the same twice, and often stronger than augment()'s changes,
/// which a network has to learn from one by one.
/// Contract: the image is not empty
Image relight(Image image, Rng* rng);

/// Darkness by a gamma and a factor; up to 8 lamps that lighten what stands round them and shine
/// themselves; the colour of sodium or of moonlight; the camera's gain. In display values.
void make_lamplit(Image* image, Rng* rng);
/// One side of a straight edge at a random place and angle gets 0.35 to 0.8 of its light.
void cast_shadow(Image* image, Rng* rng);

}  // namespace loci::train
