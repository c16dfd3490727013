// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/model.h"

#include <memory>
#include <string>
#include <vector>

namespace loci {

/// Models that are part of the program itself (docs/models/), so that it works without any file beside it.
/// `default` describes by several networks and learns its centers from each collection; `placenet` is
/// one compact network with trained NetVLAD centers, to train further or for few milliseconds. Their
/// tensors lie in the program and are not copied.
/// Errors: NotFound with the names there are
/// Threads: any
Result<std::shared_ptr<const Model>> builtin_model(const std::string& name);
/// Empty in a build without them.
std::vector<std::string> builtin_models();

}  // namespace loci
