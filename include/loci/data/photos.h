// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/geo.h"
#include "loci/base/status.h"

#include <optional>
#include <string>
#include <vector>

namespace loci {

/// The photographs that arguments name: files as they are, folders by their content. Folders that
/// cannot be read are named in `problems`. NotFound when an argument does not exist.
Result<std::vector<std::string>> find_photos(const std::vector<std::string>& arguments,
                                             std::vector<std::string>* problems);

/// Where a photograph says it was taken: its EXIF data, else the fields of its name.
std::optional<LatLon> stated_position(const std::string& path);

/// Keeps the photographs of one shard, "I/N": about every N-th, chosen by the absolute path alone,
/// so that the shards 0/N to N-1/N hold each photograph once wherever they are cut. InvalidArgument
/// unless 0 <= I < N.
Status keep_shard(const std::string& shard, std::vector<std::string>* photos);

}  // namespace loci
