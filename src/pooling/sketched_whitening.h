// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/pooling/whitening.h"

#include <memory>

namespace loci::internal {

/// Whitening::create() for a spec with a sketch.
/// Errors: Corrupt for tensors that do not fit together, by name; NotFound
Result<std::unique_ptr<Whitening>> sketched_whitening(const WhiteningSpec& spec,
                                                      const TensorMap& tensors,
                                                      int64_t input_dim);

}  // namespace loci::internal
