// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/image/exif.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci::internal {

/// The metadata blocks of an image file, in the order in which they stand.
struct MetadataBlocks {
  std::vector<std::span<const uint8_t>> tiff;  ///< EXIF: whole TIFF blocks
  std::vector<std::span<const uint8_t>> xmp;   ///< packets of XML
  std::vector<std::vector<uint8_t>> unpacked;  ///< what some of them point into
  bool whole = true;  ///< the walk reached the pixels or the end, not the end of the bytes
};

/// JPEG segments before the first scan; PNG's eXIf, "Raw profile type exif" and "XML:com.adobe.xmp"; WebP's EXIF and XMP
/// chunks; a TIFF file itself. Nothing is copied but what PNG has compressed (at most 1 MiB each).
MetadataBlocks find_metadata(std::span<const uint8_t> file);

/// What an EXIF block says, for what `info` does not know yet.
void read_exif_block(std::span<const uint8_t> tiff, PhotoInfo* info);

/// What an XMP packet says, for what `info` does not know yet.
void read_xmp_block(std::span<const uint8_t> xml, PhotoInfo* info);

}  // namespace loci::internal
