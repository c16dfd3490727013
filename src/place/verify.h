// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "catalogue.h"
#include "segment.h"

#include <string>
#include <vector>

namespace loci {

/// SHA-256 of a batch's rows as they are in the segment now.
std::string batch_digest(const ConstMatrixView& rows, const BatchInfo& batch);
/// Corrupt unless the batches of every segment tile its rows.
Status check_batches(const std::vector<SegmentInfo>& segments,
                     const std::vector<BatchInfo>& batches);

}  // namespace loci
