// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loops_run.h"

#include <string>

namespace loci::cli {

/// A page that needs no other file: the way with its loops, the curve, pairs of pictures, the list.
std::string loops_page(const LoopsRun& run);

}  // namespace loci::cli
