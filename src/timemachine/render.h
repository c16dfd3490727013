// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame.h"

#include "loci/base/progress.h"
#include "loci/image/image.h"

namespace loci::town {

/// Light that reaches each pixel, linear, and the depth along the optical axis (0 for sky).
struct Rendering {
  int width = 0, height = 0;
  std::vector<Vec3> radiance;
  std::vector<float> depth;
};
/// Errors:  Cancelled, within a few rows of pixels
///
/// Threads: several frames at once; one frame uses the calling thread alone
Result<Rendering> render(const Frame& frame, const CameraPose& camera, const JobControl& job = {});

}  // namespace loci::town
