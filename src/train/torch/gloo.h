// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "distributor.h"

#include "loci/base/status.h"
#include "loci/train/cluster.h"

#include <memory>

namespace loci::train {

/// Joins the processes of a run: libtorch's c10d with Gloo over TCP. Rank 0 listens at
/// place.master_port, all find each other there, then each talks with each. Returns when all have
/// come. Alone it needs no network.
/// Errors: Io when not all come within the timeout, or rank 0's port is taken; Unsupported when the
///         libtorch of this build has no Gloo
Result<std::unique_ptr<Distributor>> join_processes(const ClusterPlace& place,
                                                    const ClusterOptions& options);

}  // namespace loci::train
