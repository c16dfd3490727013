// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/exchange/trajectory.h"

#include <string>
#include <string_view>

namespace loci::internal {

/// Of a time stamp in s, ms, us or ns since 1970, told apart by its size.
double seconds_of(double stamp);

/// The inertial table of Oxford RobotCar (ins.csv, rtk.csv): columns timestamp, northing, easting and possibly down, roll,
/// pitch, yaw (radians, north-east-down) and ins_status, of which rows that are not INS_SOLUTION_GOOD are left out.
bool is_inertial_header(std::string_view line);
/// Poses of a camera that looks ahead, level with the vehicle, in east, north, up.
/// Errors: Corrupt when no row holds a pose
Result<Trajectory> read_inertial(std::string_view text, const std::string& where);

/// The folder oxts of a drive of KITTI's raw data: timestamps.txt, and a file of latitude, longitude, altitude, roll,
/// pitch, yaw, ... for each of its lines in data/.
bool is_oxts_folder(const std::string& folder);
/// Likewise; east and north are UTM's of the zone of the first row.
/// Errors: Io; Corrupt when no row holds a pose
Result<Trajectory> read_oxts(const std::string& folder);

}  // namespace loci::internal
