// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <string>

namespace loci::town {

/// For every place of a town written with depth, what its last picture (the query) and each earlier
/// one both see, from poses.csv and the depth pictures:
///
///   correspondences/PLACE_I.csv   x1_px,y1_px,x2_px,y2_px, one point a line, every 8th pixel
///   correspondences/pairs.csv     file,first,second,points: the two image paths and the count
///
/// Errors:  as load_poses and load_depth; Io
/// Threads: the same bytes for any number
Status write_correspondences(const std::string& folder, int threads);

}  // namespace loci::town
