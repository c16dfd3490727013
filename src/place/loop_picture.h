// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/describe/verifier.h"
#include "loci/image/image.h"

#include <cstdint>
#include <vector>

namespace loci {

/// What a LoopDetector remembers of a frame for the geometric check: a JPEG of at most 640 pixels.
Result<std::vector<uint8_t>> loop_picture(ImageView image);

/// Whether one geometry explains the features of a frame and those of a remembered picture.
VerifiedCandidate check_picture(const Verifier& verifier,
                                const LocatedFeatures& own,
                                const std::vector<uint8_t>& jpeg,
                                int num_threads);

}  // namespace loci
