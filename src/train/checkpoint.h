// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/tensor.h"
#include "loci/train/dataset_fingerprint.h"
#include "loci/train/epoch_record.h"
#include "loci/train/options.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci::train {

/// What the steps of an epoch added up to so far.
struct EpochSums {
  double loss = 0;
  int64_t counted = 0;         ///< queries (or images of places) in the loss
  int64_t with_violation = 0;  ///< of these
  int64_t violating = 0;       ///< negatives (or pairs)
  int64_t skipped = 0;
  double seconds = 0;
};

/// Everything a run needs to go on as if it had never stopped. Random numbers are not among it:
/// they depend on seed, epoch and query alone. Nor are the cached descriptors: they are made again
/// from the weights as they were at their last refresh, unless the file is still there.
struct Checkpoint {
  int epoch = 0;        ///< epochs done
  int64_t step = 0;     ///< steps done in the epoch at hand
  int64_t refresh = 0;  ///< refreshes of the descriptors so far
  EpochSums sums;       ///< of the epoch at hand
  std::vector<EpochRecord> records;
  int best_epoch = 0;
  int epochs_without_better = 0;
  std::string options;  ///< JSON
  DatasetFingerprint data, validation;
  std::string start_model;    ///< fingerprint
  TensorMap weights;          ///< what learns, now
  TensorMap refresh_weights;  ///< the same at the last refresh
  TensorMap optimizer;
  std::vector<uint8_t> memory;  ///< TupleMiner::save_memory()
};

/// One safetensors file, replaced atomically: at any instant the old one or the new one is there.
Status save_checkpoint(const Checkpoint& checkpoint, const std::string& path);
/// Errors: NotFound, Io; Corrupt with what is missing; Unsupported for a newer version
Result<Checkpoint> load_checkpoint(const std::string& path);

/// InvalidArgument saying what changed since the checkpoint: start model, data set, validation set
/// or options.
Status check_resumable(const Checkpoint& checkpoint,
                       const std::string& start_model,
                       const DatasetFingerprint& data,
                       const DatasetFingerprint& validation,
                       const TrainOptions& options);

}  // namespace loci::train
