// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace loci::internal {

/// Decodes a JPEG at the smallest of the scales 1, 1/2, 1/4, 1/8 whose sides are both at least
/// wanted_width x wanted_height as stored (0: the full size). libjpeg-turbo has fast code for these
/// four; the other eighths take longer than the next larger of them.
Result<Image> decode_jpeg(std::span<const uint8_t> bytes,
                          std::string_view where,
                          int wanted_width,
                          int wanted_height);

}  // namespace loci::internal
