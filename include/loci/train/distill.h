// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/progress.h"
#include "loci/base/status.h"
#include "loci/model/model.h"
#include "loci/train/distill_options.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loci::train {

/// What a distillation starts from and where it keeps its things.
struct DistillInputs {
  std::shared_ptr<const Model> teacher;
  /// The student as a model file, or null for `architecture` from random numbers.
  std::shared_ptr<const Model> student;
  std::string architecture;
  std::vector<std::string> photos;  ///< paths; no labels are needed
  std::string work_folder;          ///< of checkpoints and the curve page; made when absent
  bool resume = false;              ///< go on from work_folder's checkpoint
};

/// What one epoch brought. Epoch 0 is the state before training: validation only.
struct DistillEpoch {
  int epoch = 0;
  double loss = 0;             ///< mean over the photos, NaN for epoch 0
  double feature_loss = 0;     ///< its part 1 - cosine of features
  double descriptor_loss = 0;  ///< its part of descriptors' cosines, without its weight
  int64_t photos = 0;          ///< learnt from
  int64_t unreadable = 0;      ///< photos that could not be read so far
  double learning_rate = 0;    ///< at the end of the epoch
  double seconds = 0;
  double val_cosine = 0;      ///< mean cosine of features on held-back photos, unchanged
  double val_changed = 0;     ///< the same where the student sees them changed
  double val_descriptor = 0;  ///< root mean square difference of descriptors' cosines, changed
  double val_seconds = 0;
  bool best = false;  ///< highest (val_cosine + val_changed) / 2 so far

  double score() const { return (val_cosine + val_changed) / 2; }
};
std::string to_json(const DistillEpoch& epoch);
/// Corrupt, naming the member, for what to_json did not write.
Result<DistillEpoch> parse_distill_epoch(std::string_view json);

struct DistillSummary {
  std::shared_ptr<const Model> model;  ///< the best epoch, normalisation folded in
  std::vector<DistillEpoch> epochs;
  int best_epoch = 0;
  std::vector<std::string> failed;  ///< photos left out, with the reason
  double seconds = 0;
  std::string curve_page;  ///< path
};

}  // namespace loci::train
