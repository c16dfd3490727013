// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loop_memory.h"

#include "loci/base/matrix.h"
#include "loci/base/status.h"
#include "loci/model/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loci {

/// What a LoopDetector leaves for the next run (docs/formats/loop_map.md).
struct LoopMap {
  int64_t dim = 0;
  int64_t next_number = 0;  ///< of the frame that would have come next
  std::string checked_by;   ///< LoopDetector::checked_by()
  /// Of the model that the detector was given, prior centers; "" for descriptors of one's own.
  std::string model_name, fingerprint;
  std::shared_ptr<const Model> own;     ///< with the drive's own centers, if it learnt some
  std::vector<LoopMemoryFrame> frames;  ///< by number
  MatrixOf<uint16_t> rows;              ///< their descriptors, binary16
};

/// `base`: the model that the detector was given; nullptr for descriptors of one's own.
/// Errors: Io
Status write_loop_map(const std::string& path, const LoopMap& map, const Model* base);

/// Errors: as reading files gives; Corrupt for what is damaged; Unsupported for a newer version; InvalidArgument for no
///         map, and for a map of another model than `base`
Result<LoopMap> read_loop_map(const std::string& path, const Model* base);

}  // namespace loci
