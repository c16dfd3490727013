// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cursor.h"

#include "loci/base/status.h"

#include <string_view>
#include <vector>

namespace loci::internal {

/// The content of a chunk, `size` bytes, from its compressed form ("bz2", "lz4").
/// Errors: Corrupt; Unsupported for another name or a size above 1 GiB
Result<std::vector<uint8_t>> decompress_chunk(std::string_view compression,
                                              Bytes compressed,
                                              uint32_t size);

}  // namespace loci::internal
