// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"
#include "scan.h"

#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <cstdint>

namespace loci {

/// New files whose content is that of a known photograph that is gone from its path: the catalogue gets their paths,
/// and they leave `scan`. Reads only files as large as such a photograph. Returns how many there were.
/// Errors: Cancelled; what the catalogue gives
Result<int64_t> settle_moved(const Catalogue& catalogue,
                             const KnownFiles& known,
                             int num_threads,
                             Scan& scan,
                             const JobControl& job);

}  // namespace loci
