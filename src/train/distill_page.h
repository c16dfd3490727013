// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/train/curve_page.h"
#include "loci/train/distill.h"

#include <string>
#include <vector>

namespace loci::train {

/// The learning curve of a distillation as one HTML page: cosines on held-back photos, loss, and a
/// table of the epochs.
std::string distill_page(const std::vector<DistillEpoch>& epochs, const CurveInfo& info);

}  // namespace loci::train
