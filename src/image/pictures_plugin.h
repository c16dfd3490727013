// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/image/image.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace loci::internal {

/// Formats whose decoders are large, and come by a plugin.
enum class ForeignFormat { kHeic, kAvif, kJpegXl };

/// By the first bytes.
std::optional<ForeignFormat> foreign_format(std::span<const uint8_t> bytes);
const char* name_of(ForeignFormat format);

/// The entry of libloci_pictures_plugin.so. Pictures come upright: these formats turn them by themselves.
struct PicturesPlugin {
  bool heif = false, jxl = false;  ///< what it was built with
  /// The picture's sides, upright; and itself, of at most `max_pixels`.
  /// Errors: Corrupt; Unsupported for more pixels, and for codecs that the library lacks
  Result<std::pair<uint32_t, uint32_t>> (*size)(ForeignFormat,
                                                std::span<const uint8_t>,
                                                std::string_view where) = nullptr;
  Result<Image> (*decode)(ForeignFormat,
                          std::span<const uint8_t>,
                          std::string_view where,
                          uint64_t max_pixels) = nullptr;
};

/// The plugin, loaded by the first call, where it reads the format.
/// Errors: Unsupported, with what to install
Result<const PicturesPlugin*> pictures_plugin(ForeignFormat format);

}  // namespace loci::internal
