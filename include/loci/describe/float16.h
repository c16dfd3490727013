// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>

namespace loci {

/// The model with all float32 weights of more than one dimension rounded to IEEE binary16 (to nearest even): half the file, and
/// another fingerprint. Biases, scales and ranges stay as they are. What computes with it widens them again.
/// Errors: InvalidArgument with the tensor's name for a number beyond 65,504
Result<std::shared_ptr<const Model>> with_float16_weights(const Model& model);

}  // namespace loci
