// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace loci {

/// A part of a feature map, positions.
struct RmacRegion {
  int64_t y = 0, x = 0, height = 0, width = 0;
};

constexpr int kMaxRmacLevels = 16;

/// The whole map and the square regions of `levels` scales, as cirtorch
/// (filipradenovic/cnnimageretrieval-pytorch) lays them out: at scale l squares of side floor(2
/// min(h, w) / (l + 1)), l of them along the shorter side and so many more along the longer one
/// that neighbours overlap by about 40 %.
std::vector<RmacRegion> rmac_regions(int64_t height, int64_t width, int levels);

}  // namespace loci
