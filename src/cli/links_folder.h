// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci::cli {

/// Links of one folder. What a name has that a folder cannot have is replaced.
struct LinksOf {
  std::string name;
  std::vector<std::string> targets;  ///< absolute paths
};

/// Can links be made there? A folder that holds something must be one that write_links() made,
/// which its file `.loci-links` tells.
/// Errors: InvalidArgument
Status check_links_folder(const std::string& folder);

/// FOLDER/NAME/FILE for each target, as a symbolic link. In a folder of an earlier call the links
/// that this one made are replaced, and folders that become empty go; files of others stay. Returns
/// how many links there are. Cut short, it can be called again.
/// Errors: as check_links_folder(); Io
Result<int64_t> write_links(const std::string& folder, const std::vector<LinksOf>& folders);

}  // namespace loci::cli
