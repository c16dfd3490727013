// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/model/spec.h"
#include "loci/model/tensor.h"

#include <vector>

namespace loci::internal {

/// A map [channels][height][width] in float64.
struct ReferenceMap {
  int channels = 0, height = 0, width = 0;
  std::vector<double> values;
  double at(int c, int y, int x) const {
    return values[(static_cast<size_t>(c) * height + y) * width + x];
  }
  double& at(int c, int y, int x) {
    return values[(static_cast<size_t>(c) * height + y) * width + x];
  }
};

/// Every operator's output by plain loops that follow the words of spec.h, for tests.
std::vector<ReferenceMap> reference_net(const Network& network,
                                        const TensorMap& tensors,
                                        const ReferenceMap& image);

}  // namespace loci::internal
