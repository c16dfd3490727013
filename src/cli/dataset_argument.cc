// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset_argument.h"

#include "loci/base/text.h"
#include "loci/exchange/dbstruct.h"

namespace loci::cli {

Result<Dataset> read_dataset_argument(const std::string& path, const DatasetOptions& options) {
  if (to_lower(path).ends_with(".mat")) return load_dbstruct(path, options);
  return load_dataset(path, options);
}

}  // namespace loci::cli
