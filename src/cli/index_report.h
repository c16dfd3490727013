// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/place/place_db.h"

#include <string>
#include <vector>

namespace loci::cli {

/// The result of `loci index --json`.
std::string index_report_json(const IndexReport& report);

/// Adds the videos and bags in the folders that were given.
void take_videos(std::vector<std::string>* arguments);

/// Videos that --videos took were not passed over.
void forget_videos(PhotoSearch* passed);

/// A path that was named on the command line and failed, or nothing that could be read, is a failure of the command; a
/// broken photograph among others in a folder is not.
Status index_failure(const IndexReport& report, const std::vector<std::string>& named);

}  // namespace loci::cli
