// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bag.h"

namespace loci::internal {

/// Is it the folder of a rosbag2 recording? By its metadata.yaml.
bool is_bag_folder(const std::string& path);

/// The files of a recording as one bag, in the order that metadata.yaml lists them. Files that are not there or cannot be
/// read are named in the note.
/// Errors: Corrupt when none of them can be read
Result<std::unique_ptr<Bag>> open_bag_folder(const std::string& path);

}  // namespace loci::internal
