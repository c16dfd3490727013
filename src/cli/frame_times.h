// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace loci::cli {

/// The times that the names of all files say, seconds; nothing where one says none. A name says its time by a number
/// with a decimal point (TUM: 1305031102.175304.png), or by a whole number of seconds, milliseconds, microseconds
/// (RobotCar) or nanoseconds (EuRoC) since 1970, told apart by their 10, 13, 16 or 19 digits. Words around the number
/// are passed over. Numbers before the year 2000 count frames.
std::optional<std::vector<double>> times_of_names(const std::vector<std::string>& files);

/// The rows of a times.txt in the folder of the files or the one above (KITTI), where there are as many as files.
std::optional<std::vector<double>> times_beside(const std::vector<std::string>& files);

}  // namespace loci::cli
