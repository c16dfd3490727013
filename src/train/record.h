// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/train/dataset_fingerprint.h"
#include "loci/train/epoch_record.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loci::train {

/// How a model was trained, for its file: the model card.
struct TrainingRecord {
  std::string start_model;   ///< fingerprint
  std::string start_record;  ///< JSON: the start model's own record
  std::string data_name, validation_name;
  DatasetFingerprint data, validation;
  std::string relation;  ///< what told near from far: position, place or frame
  std::string train_from;
  std::string options;  ///< JSON, the seed among them
  std::vector<EpochRecord> epochs;
  int best_epoch = 0;
  std::string stopped;
  int64_t photos = 0, failed = 0;
};

/// One JSON object: {"start", "training": {"data", "validation", "options", "curve", "recall",
/// ...}}
std::string to_json(const TrainingRecord& record);

}  // namespace loci::train
