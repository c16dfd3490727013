// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"

namespace loci::internal {

/// An MCAP file (https://mcap.dev/spec): by its index where it has a whole one, else from the front, up to where it was
/// cut. Chunks not compressed, lz4 or zstd; messages outside of chunks.
/// Errors: Corrupt for a file without a whole record
Result<std::unique_ptr<Bag>> open_mcap_bag(const std::string& path);

}  // namespace loci::internal
