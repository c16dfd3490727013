// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace loci::internal {

/// How the pictures of a MOV or MP4 file are to be turned to stand upright, as an EXIF orientation (1, 3, 6 or 8): by the display
/// matrix of its video track (ISO/IEC 14496-12, 8.3.2). Nothing for other files, and for matrices that do more than turn.
std::optional<int> display_orientation(std::span<const uint8_t> file);

}  // namespace loci::internal
