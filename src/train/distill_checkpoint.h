// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/tensor.h"
#include "loci/train/dataset_fingerprint.h"
#include "loci/train/distill.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci::train {

/// What the steps of an epoch added up to so far.
struct DistillSums {
  double loss = 0, feature_loss = 0, descriptor_loss = 0;  ///< sums over photos
  int64_t photos = 0;
  double seconds = 0;
};

/// Everything a distillation needs to go on as if it had never stopped; random numbers depend on
/// seed, epoch and photo alone.
struct DistillCheckpoint {
  int epoch = 0;     ///< epochs done
  int64_t step = 0;  ///< steps done in the epoch at hand
  DistillSums sums;  ///< of the epoch at hand
  std::vector<DistillEpoch> epochs;
  int best_epoch = 0;
  std::string options;  ///< JSON
  DatasetFingerprint photos;
  std::string teacher, student;  ///< fingerprints of the models at the start
  TensorMap weights;             ///< StudentNet::state()
  TensorMap optimizer;
  TensorMap projection;  ///< "projection" [D_s, D_t], or nothing
  double kept = 1;       ///< part of the features' squared norm that it keeps
};

/// One safetensors file, replaced atomically.
Status save_checkpoint(const DistillCheckpoint& checkpoint, const std::string& path);
/// Errors: NotFound, Io; Corrupt with what is missing
Result<DistillCheckpoint> load_distill_checkpoint(const std::string& path);
/// InvalidArgument saying what changed: `now` holds what the command at hand gives.
Status check_resumable(const DistillCheckpoint& before,
                       const DistillCheckpoint& now,
                       const DistillOptions& options);

}  // namespace loci::train
