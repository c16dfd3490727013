// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace loci::internal {

/// How often a decoder walks over the pixels of a JPEG: 1 where its first scan holds all components and it is not
/// progressive, else the number of its scans. A scan of a few bytes costs as much as one of megabytes.
/// Cost: a look at the header, or for several scans one pass over the bytes
int64_t count_jpeg_scans(std::span<const uint8_t> bytes);

/// Unsupported where scans x pixels is more than any camera or encoder needs: such a file of half a megabyte takes a
/// processor for a minute.
Status check_jpeg_work(std::span<const uint8_t> bytes,
                       std::string_view where,
                       int64_t width,
                       int64_t height);

}  // namespace loci::internal
