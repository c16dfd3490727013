// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dense_sift.h"

#include "loci/base/status.h"
#include "loci/local/sift.h"

#include <vector>

namespace loci::internal {

/// Appends SIFT features at detected blobs and corners, already in RootSIFT form, strongest first.
Status add_sparse(const GreyImage& image,
                  const SiftOptions& options,
                  std::vector<float>& values,
                  std::vector<Keypoint>& keypoints);

}  // namespace loci::internal
