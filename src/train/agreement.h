// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "distributor.h"

#include "loci/base/progress.h"
#include "loci/base/status.h"

#include <functional>
#include <span>

namespace loci::train {

/// What keeps the processes of a run in step: wherever one may fail or be asked to stop, all learn
/// of it in the same call and none is left waiting. Alone each of these only looks at `mine`.

/// How each process fares, with some bytes. When all are well: the bytes by rank. Else all fail:
/// the one that failed with its own error, the others with that of the lowest failed rank and its
/// name.
Result<RankBytes> exchange(Distributor& ranks,
                           const Status& mine,
                           std::span<const uint8_t> bytes = {});
Status agree(Distributor& ranks, const Status& mine);

/// `mine`, or Cancelled with `what` when this process was asked to stop.
Status unless_cancelled(const Status& mine, const JobControl& job, const char* what);

/// Runs `work` in rank 0 while the others wait as long as it takes: rank 0 tells them that it is
/// alive wherever `work` reports progress to the job it is given.
Status in_first_rank(Distributor& ranks,
                     const JobControl& job,
                     const std::function<Status(const JobControl&)>& work);

}  // namespace loci::train
