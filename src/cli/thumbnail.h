// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/image.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci::cli {

/// A JPEG of the photograph whose longer side is at most `side` pixels; empty when it cannot be read.
std::vector<uint8_t> jpeg_thumbnail(const std::string& path, int side);
std::vector<uint8_t> jpeg_thumbnail(ImageView image, int side);

}  // namespace loci::cli
