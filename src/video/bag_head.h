// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <string>
#include <string_view>
#include <vector>

namespace loci::internal {

inline constexpr std::string_view kRos1Magic = "#ROSBAG V2.0\n";
inline constexpr std::string_view kMcapMagic = "\x89MCAP0\r\n";

enum class BagKind { kRos1, kMcap, kSqlite, kPacked };

/// ".bag", ".db3", ".mcap", and the latter two behind zstd.
const std::vector<std::string>& bag_extensions();

/// Whether a path is meant to be a bag: a folder of a rosbag2 recording, a file by its name, or since it begins as one.
bool is_bag(const std::string& path);

/// By the first bytes of a file.
/// Errors:  Unsupported for a format of ROS before 2.0; Corrupt for what is no bag
Result<BagKind> bag_kind(const std::string& path);

}  // namespace loci::internal
