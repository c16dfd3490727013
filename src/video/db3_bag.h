// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"

namespace loci::internal {

/// A file of rosbag2's SQLite storage (tables topics and messages), also with messages behind zstd; one that was cut is
/// read up to there.
/// Errors: Corrupt for an SQLite file that is no bag
Result<std::unique_ptr<Bag>> open_db3_bag(const std::string& path);

}  // namespace loci::internal
