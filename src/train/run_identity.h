// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/train/dataset_fingerprint.h"
#include "loci/train/options.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace loci::train {

/// What must be the same in all processes of a run, for them to compute one thing together.
struct RunIdentity {
  std::string program;  ///< version and compiler
  std::string options;  ///< JSON
  std::string start_model;
  DatasetFingerprint data, validation;
  bool resume = false;
  std::string token;  ///< what rank 0 wrote into the work folder, so that the others know it again
};

std::vector<uint8_t> pack(const RunIdentity& identity);
/// Corrupt for bytes that pack() did not make.
Result<RunIdentity> unpack_identity(std::span<const uint8_t> bytes);

/// InvalidArgument saying in what this process was started otherwise than rank 0. Threads and
/// device may differ; the token is not looked at.
Status check_same_run(const RunIdentity& first, const RunIdentity& mine);

}  // namespace loci::train
