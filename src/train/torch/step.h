// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checkpoint.h"
#include "distributor.h"
#include "map_source.h"

#include "loci/base/status.h"
#include "loci/train/options.h"
#include "loci/train/place_batches.h"
#include "loci/train/tuples.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci::train {

/// What one step's gradients are divided by, and what it adds to the epoch.
struct StepResult {
  EpochSums sums;
  double divisor = 0;  ///< 0: nothing to learn, no update
};

/// What a step works with.
struct StepParts {
  const Net& net;
  MapSource& source;
  const TrainOptions& options;
  Distributor& ranks;
};

/// One tuple by the numbers that its photos have in the ImageSet.
struct TupleImages {
  int32_t query = 0, positive = 0;
  std::vector<int32_t> negatives;
};

/// Adds one tuple's gradient to the parameters. All distances are taken with fresh descriptors;
/// only negatives that still violate contribute. Photos that cannot be read are left out; without
/// query or positive the tuple is skipped.
/// Errors:  Corrupt when the loss is not finite, naming the tuple's photos
Result<StepResult> tuple_gradients(const StepParts& parts,
                                   const TupleImages& tuple,
                                   int64_t epoch,
                                   const ImageSet& images);

/// Adds a batch's Multi-Similarity gradient to the parameters. Descriptors are made first without
/// gradients, the loss's gradient with respect to them is taken, and then each chunk runs again and
/// back: the gradient of the whole batch in the memory of one chunk. Of several processes, which
/// all call this with the same batch, each describes and runs back its part of the images; the loss
/// is that of the whole batch, and rank 0 alone returns its sums.
Result<StepResult> place_gradients(const StepParts& parts,
                                   std::span<const int32_t> images_of_batch,
                                   std::span<const int32_t> places,
                                   int64_t epoch,
                                   const ImageSet& images);

}  // namespace loci::train
