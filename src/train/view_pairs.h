// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"
#include "loci/base/rng.h"
#include "loci/describe/describer.h"
#include "loci/image/warp.h"

#include <string>

namespace loci::train {

/// Features of the same spots in copies of a photo and in the photo itself, unit L2 norm, row by
/// row; n x D both.
struct ViewPairs {
  Matrix copies, originals;
};

/// Which part of the original a copy shows: turned by up to 4 degrees, scaled by e^-0.3 to e^0.3,
/// narrowed or widened, shifted by up to 0.15 of the sides, corners moved by 0.06; in 3 of 20 draws
/// all of it unchanged. Copy to original, for an image of these sides, pixels.
Homography draw_view(int width, int height, Rng* rng);

/// The photo in a file at the size that copies are made at: its shorter side is `side` pixels.
/// Errors: as load_image()
Result<Image> load_at_side(const std::string& path, int side, bool apply_orientation);

/// Of `count` cells of the copy's map, drawn at random, those that lie inside the original's map,
/// where bilinear interpolation makes their counterparts. Rows of `original` have unit L2 norm.
ViewPairs matched_features(const Features& original,
                           const Features& copy,
                           const Homography& to_original,
                           int64_t count,
                           Rng* rng);

/// matched_features() of `copies` warped and relit copies of the photo, `features_per_copy` drawn
/// from each.
/// Errors: as Describer::features()
Result<ViewPairs> view_pairs(
    const Describer& describer, const Image& photo, int copies, int features_per_copy, Rng* rng);

}  // namespace loci::train
