// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_set.h"

#include "loci/base/matrix.h"
#include "loci/base/status.h"
#include "loci/data/dataset.h"
#include "loci/eval/recall.h"
#include "loci/train/options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loci::train {

/// The queries that epochs are judged by, and the photos they need.
struct ValidationSet {
  Dataset data;  ///< with the drawn queries only
  std::vector<std::vector<int64_t>> positives;
  std::vector<int32_t> database, queries;  ///< numbers in the run's ImageSet
  bool held_back = false;                  ///< taken from the training set's own queries
};

/// Training and validation sides of a run.
struct RunData {
  Dataset train;
  std::optional<ValidationSet> validation;
  std::vector<std::string> notes;
};

/// Splits off and draws the validation queries. Without `validation` a part of the training queries
/// that have a right answer is held back and no longer trained on; their database is the same.
/// The draw depends on options.seed alone.
/// Errors: those of ground_truth(); InvalidArgument when the validation set has no answerable query
Result<RunData> make_run_data(const Dataset& train,
                              const std::optional<Dataset>& validation,
                              const TrainOptions& options);

/// Recall of descriptors (rows in the order of database and queries; a row of zeros
/// is a photo that could not be read: as a query a miss, in the database absent), searched exactly and filtered by the data set's rule.
Result<Recall> measure_recall(const ValidationSet& set,
                              ConstMatrixView database,
                              ConstMatrixView queries,
                              int num_threads);

/// The cut-offs of every epoch's recall.
inline const std::vector<int> kRecallCutOffs = {1, 5, 10, 20};

}  // namespace loci::train
