// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "loci/base/status.h"

namespace loci::cli {

/// The photographs that arguments name: files as they are, folders by their content. Folders that cannot be read are named
/// in `problems`. NotFound when an argument does not exist.
Result<std::vector<std::string>> find_photos(const std::vector<std::string>& arguments, std::vector<std::string>* problems);

}  // namespace loci::cli
