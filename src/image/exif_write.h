// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/exif.h"

#include <optional>
#include <vector>

namespace loci::internal {

/// loci::make_exif() with a focal length as of 35 mm film.
std::vector<uint8_t> make_exif(const PhotoInfo& photo, std::optional<double> focal_35mm);

}  // namespace loci::internal
