// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loci::train {

/// What one epoch brought. Epoch 0 is the state before training: validation only.
struct EpochRecord {
  int epoch = 0;
  double loss = 0;             ///< mean over the counted queries (NaN for epoch 0)
  int64_t counted = 0;         ///< queries counted in the loss
  int64_t with_violation = 0;  ///< of these, queries with at least one violating negative
  double violating = 0;        ///< violating negatives a counted query, by fresh descriptors
  int64_t skipped = 0;         ///< queries without potential positive, or unreadable
  int64_t unreadable = 0;      ///< photos that could not be read
  double learning_rate = 0;    ///< at the end of the epoch
  double seconds = 0;          ///< training, refreshes included
  double val_seconds = 0;
  std::vector<int> n = {1, 5, 10};      ///< cut-offs of the recalls
  std::vector<double> recall;           ///< on the validation set; empty when it was not looked at
  std::vector<double> ci_low, ci_high;  ///< 95 % intervals; may be empty
  bool best = false;                    ///< best so far by recall@5

  /// Recall at a cut-off, NaN when it was not measured.
  double recall_at(int cut_off) const;
};

/// One line of JSON.
std::string to_json(const EpochRecord& record);
/// Corrupt, naming the member, for what to_json did not write.
Result<EpochRecord> parse_epoch_record(std::string_view json);

/// A file of such lines. A cut last line (a crash while writing) is left out.
Result<std::vector<EpochRecord>> read_epoch_records(const std::string& path);
/// Replaces the file (atomically).
Status write_epoch_records(const std::string& path, const std::vector<EpochRecord>& records);

}  // namespace loci::train
