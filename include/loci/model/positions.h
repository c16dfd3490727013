// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/status.h"
#include "loci/model/spec.h"

#include <span>
#include <vector>

namespace loci {

/// One term of a resampled value: the table's index and its weight.
struct PositionTap {
  int index = 0;
  double weight = 0;
};

/// What each of `size` outputs along one axis takes of a table of `table` entries; the weights of an output sum to one.
/// Source:  the rules of PositionRule
std::vector<std::vector<PositionTap>> position_taps(PositionRule rule, int table, int size);

/// The rows that a kPositions operator adds to a map of height x width: `rows` [count, channels] with the grid's part
/// resampled and those before it as they are; [count - table + height * width, channels].
/// Errors:  InvalidArgument for another grid under PositionRule::kExact
Result<std::vector<float>> resample_positions(
    const Op& op, std::span<const float> rows, int channels, int height, int width);

}  // namespace loci
