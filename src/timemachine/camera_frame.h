// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/check.h"
#include "loci/timemachine/camera.h"

#include <array>

namespace loci::town {

/// The axes of a camera in the frame of the town, of unit length.
struct CameraFrame {
  std::array<double, 3> right, up, forward;
};
CameraFrame frame_of(const CameraPose& camera);

}  // namespace loci::town
