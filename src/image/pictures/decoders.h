// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pictures_plugin.h"

namespace loci::internal {

Result<std::pair<uint32_t, uint32_t>> heif_size(std::span<const uint8_t> bytes,
                                                std::string_view where);
Result<Image> decode_heif(std::span<const uint8_t> bytes,
                          std::string_view where,
                          uint64_t max_pixels);
Result<std::pair<uint32_t, uint32_t>> jxl_size(std::span<const uint8_t> bytes,
                                               std::string_view where);
Result<Image> decode_jxl(std::span<const uint8_t> bytes,
                         std::string_view where,
                         uint64_t max_pixels);

}  // namespace loci::internal
