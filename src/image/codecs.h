// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "header.h"

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// One reader a format: bytes to 8-bit RGB as stored, before any orientation. Each takes the header
/// whose size the caller has held against its limit, refuses pixels of another size, and takes no
/// memory for pixels that so few bytes cannot hold (WebP, whose ratio has no bound, excepted).
/// Nothing is printed: what a library reports becomes the reason of a Corrupt.
namespace loci::internal {

Result<Image> decode_png(std::span<const uint8_t> bytes,
                         std::string_view where,
                         const Header& header);
/// Of an animation the first frame.
Result<Image> decode_webp(std::span<const uint8_t> bytes,
                          std::string_view where,
                          const Header& header);
/// The first page. Colours are multiplied by unassociated alpha, as libtiff's RGBA reader does.
Result<Image> decode_tiff(std::span<const uint8_t> bytes,
                          std::string_view where,
                          const Header& header);
/// 1, 4, 8, 16, 24 and 32 bits a pixel, with masks; run-length coding is Unsupported.
Result<Image> decode_bmp(std::span<const uint8_t> bytes,
                         std::string_view where,
                         const Header& header);
/// P1 to P6. Samples are scaled from the file's maximum to 255; of 16 full bits the upper 8 count.
Result<Image> decode_pnm(std::span<const uint8_t> bytes,
                         std::string_view where,
                         const Header& header);

/// The first frame, on the background of its screen.
Result<Image> decode_gif(std::span<const uint8_t> bytes,
                         std::string_view where,
                         const Header& header);

/// Grey of 16 bits, by deep_grey().
void spread_grey(const std::vector<uint16_t>& values, Image* image);

/// Whether a library's words for a failure say that it got no memory, which is not the photo's fault.
bool is_out_of_memory(std::string_view reason);
/// The Io of an image whose pixels get no memory.
Status no_memory_for(const Header& header, std::string_view where);
/// "photo.png: the png image cannot be decoded: REASON"; Io where the reason is memory.
Status undecodable(const Header& header, std::string_view where, std::string_view reason);
/// The Corrupt of pixels that are fewer than the header says.
Status cut_short(const Header& header, std::string_view where, uint64_t bytes);
/// Whether a decoder's own view of the size is the one that was held against the limit.
bool same_size(const Header& header, uint64_t width, uint64_t height);

}  // namespace loci::internal
