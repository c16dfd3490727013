// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/data/dataset.h"

#include <string>

namespace loci::cli {

/// What a DATASET argument names: a dbStruct .mat, else whatever load_dataset recognises.
Result<Dataset> read_dataset_argument(const std::string& path, const DatasetOptions& options);

}  // namespace loci::cli
