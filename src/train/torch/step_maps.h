// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "map_source.h"

#include "loci/base/status.h"
#include "loci/train/options.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci::train {

/// The maps of a step's images, augmented as the epoch and the first of them say.
std::vector<WantedMap> wanted_maps(std::span<const int32_t> images,
                                   const TrainOptions& options,
                                   int64_t epoch);

/// Corrupt, naming the photos of a step whose loss is no number.
Status no_number(double loss, const std::vector<int32_t>& used, const ImageSet& images);

}  // namespace loci::train
