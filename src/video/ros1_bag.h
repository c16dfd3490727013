// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"

namespace loci::internal {

/// A bag of format 2.0, by its index: chunks not compressed, bz2 or lz4.
/// Errors: Corrupt for a bag that was not closed, is cut short or damaged; Unsupported for one
///         that is encrypted
Result<std::unique_ptr<Bag>> open_ros1_bag(const std::string& path);

}  // namespace loci::internal
