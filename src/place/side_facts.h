// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"
#include "scan.h"

namespace loci {

/// Known photographs beside which a sidecar or a JSON file lies that is newer than the last look, or that may say a
/// position which is not known yet: what is known of them is read again, not their pixels. Returns how many changed.
Result<int64_t> refresh_side_facts(const Catalogue& catalogue,
                                   const KnownFiles& known,
                                   const Scan& scan);

}  // namespace loci
