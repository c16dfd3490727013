// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <string>
#include <string_view>
#include <vector>

namespace loci::internal {

inline constexpr std::string_view kBagMagic = "#ROSBAG V2.0\n";

/// ".bag", and those of ROS 2, so that check_bag_head() can say what to do.
const std::vector<std::string>& bag_extensions();

/// Whether a file is meant to be a bag of ROS: by its name, or since it begins as one.
bool is_bag(const std::string& path);
/// Whether it begins as a bag of ROS 1, format 2.0.
/// Errors:  Unsupported for one of ROS 2 or of an older format, with what converts it; Corrupt for
///          what is no bag
Status check_bag_head(const std::string& path);

}  // namespace loci::internal
