// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/data/dataset.h"

#include <cstdint>
#include <string>

namespace loci::train {

/// Names a data set in checkpoints and model cards, in parts, so that a change can be told.
struct DatasetFingerprint {
  int64_t database_images = 0;
  int64_t query_images = 0;
  std::string paths;  ///< sha256 of the lists of paths, relative to the root
  std::string sizes;  ///< sha256 of the files' sizes in bytes (an absent file: -1)
  std::string truth;  ///< sha256 of positions, times, places, frames and the rule

  /// sha256 of all of it.
  std::string digest() const;
  bool operator==(const DatasetFingerprint&) const = default;
};

/// Cost: one look at each file
DatasetFingerprint fingerprint_of(const Dataset& dataset);

/// What differs, as a sentence for a person ("120 database images before, 118 now; the list of
/// images changed"); empty when nothing does. `was` and `is` say which is which.
std::string difference(const DatasetFingerprint& before,
                       const DatasetFingerprint& now,
                       const char* was = "before",
                       const char* is = "now");

}  // namespace loci::train
