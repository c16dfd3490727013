// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loci/base/matrix.h"

#include <cstdint>
#include <span>
#include <vector>

namespace loci {

/// What `backbone` and `local` produce and `pooling` consumes: N features of width D, one a row. A convolution map of
/// height x width positions has N = height * width, row y * width + x; a bag of local features has height = width = 0.
struct Features {
  Matrix values;       ///< N x D
  int64_t height = 0;  ///< rows of the map, 0 for a bag
  int64_t width = 0;   ///< columns of the map, 0 for a bag
  /// How much each feature counts in a pooling that looks at it (NetVLAD, VLAD); empty: all alike.
  std::vector<float> weights;
};

/// The same as a view.
struct FeaturesView {
  ConstMatrixView values;
  int64_t height = 0;
  int64_t width = 0;
  std::span<const float> weights;
  FeaturesView() = default;
  FeaturesView(ConstMatrixView v, int64_t h = 0, int64_t w = 0)
      : values(v), height(h), width(w) {}  // NOLINT
  FeaturesView(const Features& f)
      : values(f.values), height(f.height), width(f.width), weights(f.weights) {}  // NOLINT
};

}  // namespace loci
