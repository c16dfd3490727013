// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace loci::internal {

/// The RAW file of a camera (DNG, CR2, CR3, NEF, ARW, RAF, ORF, RW2, ...)? By its content, of TIFF blocks also by the ending of
/// its name.
bool is_raw_photo(std::span<const uint8_t> bytes, std::string_view name);

/// The largest picture that a camera put into such a file for display: a JPEG (baseline or progressive, 8 bits). Found by
/// where JPEGs begin, as each maker keeps it elsewhere. Nothing where there is none.
/// Cost: one pass over the file.
std::optional<std::span<const uint8_t>> largest_preview(std::span<const uint8_t> bytes);

}  // namespace loci::internal
