// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame.h"

#include "loci/image/image.h"

namespace loci::town {

/// Light that reaches each pixel, linear, and the depth along the optical axis (0 for sky).
struct Rendering {
  int width = 0, height = 0;
  std::vector<Vec3> radiance;
  std::vector<float> depth;
};
/// Threads: several frames at once; one frame uses the calling thread alone
Rendering render(const Frame& frame, const CameraPose& camera);

}  // namespace loci::town
