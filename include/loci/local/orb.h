// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/features.h"
#include "loci/base/status.h"
#include "loci/image/image.h"

namespace loci {

/// ORB (Rublee et al., ICCV 2011): the 256 bits of each of the strongest points, as numbers 0 and
/// 1, so that squared Euclidean distance is Hamming distance.
/// Threads: any number at once; a call uses one thread
Result<Features> extract_orb(ImageView image, int max_features);

}  // namespace loci
