// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drive_layout.h"

#include <filesystem>

namespace loci::cli {

/// The cameras of a drive whose folder this is, the first being the one to take; empty where it is none.
/// Only `kind`, `frames`, `times` and `poses` are set.
std::vector<DriveLayout> cameras_of(const std::filesystem::path& root);

/// Fills in the frames and their times, and the camera's pose in the body.
/// Errors: Io for the folder of the frames
Status fill_frames(DriveLayout* layout);

}  // namespace loci::cli
